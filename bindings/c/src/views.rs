//! Structs that are filled in for the caller and may grow with the library.

use std::mem::{offset_of, size_of};

use lynchpin::base::{Actor, Error, ErrorCode, Result, Subject, When};
use lynchpin::reason::Clears;

use crate::kinds::{
    LP_ACTOR_GROUP, LP_ACTOR_PERSON, LP_CLEARS_AT, LP_CLEARS_NOW, LP_CLEARS_ON_ACTION,
    LP_CLEARS_UNKNOWN, LP_NEVER, LP_SUBJECT_CHANGE, LP_SUBJECT_RELEASE,
};
use crate::text::lp_str;

/// More than any version of any view will need: a larger size is taken for memory never set.
const VIEW_BYTES_MAX: usize = 4096;

/// A struct whose first field is its size as the caller knows it.
///
/// # Safety
///
/// The type is `repr(C)`, begins with `struct_size: usize`, and any bytes may be copied out of it.
pub(crate) unsafe trait View: Copy {}

/// Fills in as much of a view as the caller has room for, and zeroes what the library does not
/// know.
///
/// # Safety
///
/// `out` is NULL or fit to be written to, as many bytes as its first field says.
pub(crate) unsafe fn fill<V: View>(out: *mut V, view: V) -> Result<()> {
    let bad = |message: &str| Err(Error::new(ErrorCode::BadArgument, message));
    if out.is_null() || !out.is_aligned() {
        return bad("an output is NULL or not aligned: pass the address of a struct");
    }
    // SAFETY: not NULL and aligned; the caller has set the first field.
    let room = unsafe { out.cast::<usize>().read() };
    if !(size_of::<usize>()..=VIEW_BYTES_MAX).contains(&room) {
        return bad("set `struct_size` to the `sizeof` of the struct before the call");
    }
    let known = room.min(size_of::<V>());
    let from = (&raw const view).cast::<u8>();
    let to = out.cast::<u8>();
    let head = size_of::<usize>();
    // SAFETY: `known` bytes are there on both sides, `room` bytes at the caller's; a local and the
    // caller's memory do not overlap.
    unsafe {
        to.add(head).copy_from_nonoverlapping(from.add(head), known - head);
        to.add(known).write_bytes(0, room - known);
    }
    Ok(())
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

// SAFETY: `repr(C)`, first field `struct_size`, no reference among the fields.
unsafe impl View for lp_actor {}
const _: () = assert!(offset_of!(lp_actor, struct_size) == 0);

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
    use super::{VIEW_BYTES_MAX, fill, lp_actor};
    use crate::text::lp_str;
    use std::mem::{offset_of, size_of};

    fn view() -> lp_actor {
        lp_actor { struct_size: 0, kind: 7, id: lp_str::lend("abc") }
    }

    #[test]
    fn an_older_caller_gets_what_it_knows() {
        let mut out = lp_actor {
            struct_size: offset_of!(lp_actor, id),
            kind: 0,
            id: lp_str { ptr: std::ptr::null(), len: 99 },
        };
        // SAFETY: it is a local of at least the stated size.
        unsafe { fill(&raw mut out, view()) }.unwrap();
        assert_eq!((out.kind, out.id.len), (7, 99));
    }

    #[test]
    fn a_newer_caller_gets_zeros_for_the_rest() {
        #[repr(C)]
        struct Newer {
            known: lp_actor,
            more: u64,
        }
        let mut out = Newer { known: view(), more: 5 };
        out.known.struct_size = size_of::<Newer>();
        // SAFETY: it is a local of the stated size.
        unsafe { fill((&raw mut out).cast::<lp_actor>(), view()) }.unwrap();
        assert_eq!((out.known.id.len, out.more), (3, 0));
        assert_eq!(out.known.struct_size, size_of::<Newer>());
    }

    #[test]
    fn a_size_that_was_never_set_is_refused() {
        for size in [0, 7, VIEW_BYTES_MAX + 1, usize::MAX] {
            let mut out = view();
            out.struct_size = size;
            // SAFETY: it is a local; a size beyond it is refused before anything is written.
            assert!(unsafe { fill(&raw mut out, view()) }.is_err());
        }
        // SAFETY: NULL is refused.
        assert!(unsafe { fill(std::ptr::null_mut(), view()) }.is_err());
    }
}
