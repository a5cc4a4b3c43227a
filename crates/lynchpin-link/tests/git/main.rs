//! Repositories made on the spot with `git`, and what the assessment says about them.

#[cfg(test)]
mod conventions;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod grouped;
#[cfg(test)]
mod history;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod independent;
#[cfg(test)]
mod judged;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod needs;
#[cfg(test)]
mod odd;
#[cfg(test)]
mod odd_places;
#[cfg(test)]
mod span;
#[cfg(test)]
mod support;
#[cfg(test)]
mod together;
#[cfg(test)]
mod touching;
