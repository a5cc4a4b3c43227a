//! Structs that are filled in for the caller and may grow with the library.

use std::mem::size_of;

use lynchpin::base::{Actor, Error, ErrorCode, Result, Subject, When};
use lynchpin::reason::Clears;

use crate::kinds::{
    LP_ACTOR_GROUP, LP_ACTOR_PERSON, LP_CLEARS_AT, LP_CLEARS_NOW, LP_CLEARS_ON_ACTION,
    LP_CLEARS_UNKNOWN, LP_NEVER, LP_SUBJECT_CHANGE, LP_SUBJECT_RELEASE,
};
use crate::text::lp_str;

/// How much a view may grow in later versions: a larger size is taken for memory never set.
const RESERVE: usize = 256;

/// A struct whose first field is its size as the caller knows it. Implement it with `view!`.
///
/// # Safety
///
/// The type is `repr(C)`, begins with `struct_size: usize`, and any bytes may be copied out of it.
pub(crate) unsafe trait View: Copy {
    /// Where the last field ends that the first published version had: no caller knows less.
    const FIRST: usize;
}

/// Makes a struct a view; the field named is the last one of its first published version.
macro_rules! view {
    ($name:ident, $last:ident: $type:ty) => {
        // SAFETY: `repr(C)` stands at the struct, the first field is checked below, and no field is
        // a reference.
        unsafe impl $crate::views::View for $name {
            const FIRST: usize = std::mem::offset_of!($name, $last) + size_of::<$type>();
        }
        const _: () = assert!(std::mem::offset_of!($name, struct_size) == 0);
    };
}
pub(crate) use view;

/// Fills in as much of a view as both sides know. What the caller has beyond that stays as it was:
/// a size that is wrong must not make the library write over what lies behind the struct.
///
/// # Safety
///
/// `out` is NULL or fit to be written to, as many bytes as its first field says.
pub(crate) unsafe fn fill<V: View>(out: *mut V, view: V) -> Result<()> {
    // SAFETY: the caller's promise is passed on.
    let known = unsafe { room(out.cast_const()) }?;
    let from = (&raw const view).cast::<u8>();
    let to = out.cast::<u8>();
    let head = size_of::<usize>();
    // SAFETY: `known` bytes are there on both sides; a local and the caller's memory do not
    // overlap.
    unsafe { to.add(head).copy_from_nonoverlapping(from.add(head), known - head) };
    Ok(())
}

/// How many bytes of a view both sides know. What does something before it fills in a view asks
/// first.
///
/// # Safety
///
/// `view` is NULL or readable, as many bytes as its first field says.
pub(crate) unsafe fn room<V: View>(view: *const V) -> Result<usize> {
    let bad = |message: &str| Err(Error::new(ErrorCode::BadArgument, message));
    if view.is_null() || !view.is_aligned() {
        return bad("a struct is NULL or not aligned: pass its address");
    }
    // SAFETY: not NULL and aligned; the caller has set the first field.
    let room = unsafe { view.cast::<usize>().read() };
    if !(V::FIRST..=size_of::<V>() + RESERVE).contains(&room) {
        return bad("set `struct_size` to the `sizeof` of the struct before the call");
    }
    Ok(room.min(size_of::<V>()))
}

/// Takes what a caller says: of what only the library knows, that of `otherwise`.
///
/// # Safety
///
/// As for [`room`]; every field is what its type allows.
pub(crate) unsafe fn taken<V: View>(given: *const V, otherwise: V) -> Result<V> {
    // SAFETY: the caller's promise is passed on.
    let known = unsafe { room(given) }?;
    let mut taken = otherwise;
    let to = (&raw mut taken).cast::<u8>();
    // SAFETY: `known` bytes are there on both sides; a local and the caller's memory do not
    // overlap.
    unsafe { to.copy_from_nonoverlapping(given.cast::<u8>(), known) };
    Ok(taken)
}

/// The element at an index of the caller's.
pub(crate) fn at<T>(list: &[T], index: usize) -> Result<&T> {
    list.get(index).ok_or_else(|| {
        let count = list.len();
        let message = format!("there is no element {index}: there are {count}, counted from 0");
        Error::new(ErrorCode::BadArgument, message)
    })
}

/// Who can act. Set `struct_size` before the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_actor {
    /// `sizeof(lp_actor)`, set by the caller.
    pub struct_size: usize,
    /// LP_ACTOR_PERSON or LP_ACTOR_GROUP.
    pub kind: u32,
    /// The id of the person or of the group.
    pub id: lp_str,
}

view!(lp_actor, id: lp_str);

/// The view of an actor.
pub(crate) fn actor(actor: &Actor) -> lp_actor {
    let (kind, id) = match actor {
        Actor::Person(id) => (LP_ACTOR_PERSON, id.as_str()),
        Actor::Group(id) => (LP_ACTOR_GROUP, id.as_str()),
    };
    lp_actor { struct_size: 0, kind, id: lp_str::lend(id) }
}

/// The number of a subject's kind.
pub(crate) fn subject_kind(subject: &Subject) -> u32 {
    match subject {
        Subject::Change(_) => LP_SUBJECT_CHANGE,
        Subject::Release(_) => LP_SUBJECT_RELEASE,
    }
}

/// The number of how something clears, and the instant if there is one.
pub(crate) fn clears(clears: Clears) -> (u32, i64) {
    match clears {
        Clears::Now => (LP_CLEARS_NOW, LP_NEVER),
        Clears::At(instant) => (LP_CLEARS_AT, instant.micros()),
        Clears::Unknown => (LP_CLEARS_UNKNOWN, LP_NEVER),
        Clears::OnAction => (LP_CLEARS_ON_ACTION, LP_NEVER),
    }
}

/// An instant, or the number that stands for never.
pub(crate) fn micros(when: When) -> i64 {
    match when {
        When::At(instant) => instant.micros(),
        When::Never => LP_NEVER,
    }
}

#[cfg(test)]
mod tests {
    use super::{RESERVE, View, fill, lp_actor};
    use crate::text::lp_str;
    use std::mem::size_of;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Grown {
        struct_size: usize,
        old: u64,
        new: u64,
    }
    view!(Grown, old: u64);

    fn actor() -> lp_actor {
        lp_actor { struct_size: 0, kind: 7, id: lp_str::lend("abc") }
    }

    #[test]
    fn an_older_caller_gets_what_it_knows() {
        let mut out = Grown { struct_size: Grown::FIRST, old: 0, new: 9 };
        // SAFETY: it is a local of at least the stated size.
        unsafe { fill(&raw mut out, Grown { struct_size: 0, old: 1, new: 2 }) }.unwrap();
        assert_eq!((out.old, out.new), (1, 9));
    }

    #[test]
    fn nothing_is_written_beyond_what_the_library_knows() {
        #[repr(C)]
        struct Newer {
            known: lp_actor,
            more: u64,
        }
        for size in [size_of::<Newer>(), size_of::<lp_actor>() + RESERVE] {
            let mut out = Newer { known: actor(), more: 5 };
            out.known.struct_size = size;
            out.known.id = lp_str::EMPTY;
            // SAFETY: no more is written than the struct has, as this test shows.
            unsafe { fill((&raw mut out).cast::<lp_actor>(), actor()) }.unwrap();
            assert_eq!((out.known.id.len, out.more), (3, 5));
            assert_eq!(out.known.struct_size, size);
        }
    }

    /// Too small for the first version, or beyond all that may come: both are memory never set.
    #[test]
    fn a_size_that_was_never_set_is_refused() {
        let most = size_of::<lp_actor>() + RESERVE;
        for size in [0, 7, 8, lp_actor::FIRST - 1, most + 1, usize::MAX] {
            let mut out = actor();
            (out.struct_size, out.kind) = (size, 1);
            // SAFETY: it is a local; a size beyond it is refused before anything is written.
            assert!(unsafe { fill(&raw mut out, actor()) }.is_err(), "{size}");
            assert_eq!(out.kind, 1);
        }
        // SAFETY: NULL is refused.
        assert!(unsafe { fill(std::ptr::null_mut(), actor()) }.is_err());
    }
}
