//! Memory that is shared with others: what Python reads as a buffer, and the arrays of Arrow that
//! come in and go out.
//!
//! The one place outside of the C library where `unsafe` stands, because both protocols are made of
//! bare pointers. Nothing here knows what the numbers mean.
//!
//! Arrow's C data interface is two structs whose layout is published and never changes, so they
//! stand here; a crate for them would still leave the pointers to us.

use std::any::Any;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;
use std::{mem, ptr, slice};

use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::columns::{Column, Item};
use crate::numbers::{Numbers, READ_ONLY};

/// Numbers inside of something that never changes and is kept alive by this.
#[derive(Clone)]
pub(crate) struct Shared {
    first: *const u32,
    len: usize,
    _owner: Arc<dyn Any + Send + Sync>,
}

// SAFETY: the numbers are only read, and their owner may be dropped by any thread.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// The numbers that a part of the owner holds. Nothing of this package changes behind a shared
    /// reference, so they stay where they are.
    pub(crate) fn of<T: Any + Send + Sync>(owner: &Arc<T>, part: impl Fn(&T) -> &[u32]) -> Self {
        let numbers = part(owner);
        let (first, len) = (numbers.as_ptr(), numbers.len());
        Shared { first, len, _owner: Arc::<T>::clone(owner) }
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        // SAFETY: they were a slice of the owner, which is alive and unchanged.
        unsafe { slice::from_raw_parts(self.first, self.len) }
    }
}

#[pymethods]
impl Numbers {
    // SAFETY: the interpreter passes a view to fill in; `Numbers` is frozen, so that its memory
    // stays as it is while the view keeps it alive.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        if view.is_null() || flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err(READ_ONLY));
        }
        let this = slf.get();
        let shape = (&raw const this.layout.len).cast_mut();
        let strides = (&raw const this.layout.stride).cast_mut();
        let wants = |flag: c_int| flags & flag == flag;
        let filled = ffi::Py_buffer {
            buf: this.shared.first.cast_mut().cast(),
            len: this.layout.len * this.layout.stride,
            itemsize: this.layout.stride,
            readonly: 1,
            ndim: 1,
            format: if wants(ffi::PyBUF_FORMAT) {
                c"I".as_ptr().cast_mut()
            } else {
                ptr::null_mut()
            },
            shape: if wants(ffi::PyBUF_ND) { shape } else { ptr::null_mut() },
            strides: if wants(ffi::PyBUF_STRIDES) { strides } else { ptr::null_mut() },
            suboffsets: ptr::null_mut(),
            internal: ptr::null_mut(),
            obj: slf.into_any().into_ptr(),
        };
        // SAFETY: not NULL, and the interpreter owns it.
        unsafe { view.write(filled) };
        Ok(())
    }
}

/// How the numbers lie, where the interpreter can point to it.
#[derive(Debug)]
pub(crate) struct Layout {
    len: isize,
    stride: isize,
}

impl Layout {
    pub(crate) fn of(shared: &Shared) -> Self {
        // No slice is longer than this counts.
        Layout { len: isize::try_from(shared.len).unwrap_or(0), stride: 4 }
    }
}

/// `struct ArrowSchema`: what an array holds.
#[repr(C)]
pub(crate) struct ArrowSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut ArrowSchema,
    dictionary: *mut ArrowSchema,
    release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    private_data: *mut c_void,
}

/// `struct ArrowArray`: where it lies.
#[repr(C)]
pub(crate) struct ArrowArray {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut ArrowArray,
    dictionary: *mut ArrowArray,
    release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    private_data: *mut c_void,
}

/// `struct ArrowArrayStream`: arrays that come one after the other.
#[repr(C)]
struct ArrowArrayStream {
    get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    private_data: *mut c_void,
}

/// A struct of Arrow's, which its release callback ends and leaves empty.
macro_rules! released {
    ($($name:ident)*) => { $(
        impl $name {
            /// One that was released.
            fn empty() -> Self {
                // SAFETY: zeros are NULL, 0 and no callback.
                unsafe { mem::zeroed() }
            }
        }
        impl Drop for $name {
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: the producer's, called once: it leaves no callback behind.
                    unsafe { release(self) }
                }
            }
        }
        // SAFETY: the interface lets any thread release it.
        unsafe impl Send for $name {}
    )* };
}
released!(ArrowSchema ArrowArray ArrowArrayStream);

/// An array of somebody else's, unchanged until it is released here.
pub(crate) struct Imported<T> {
    first: *const T,
    len: usize,
    _array: ArrowArray,
}

// SAFETY: the elements are only read, and by the interface never change.
unsafe impl<T: Send> Send for Imported<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Imported<T> {}

impl<T> Imported<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        // SAFETY: `column` has seen that there are so many, aligned, and that they are not NULL.
        unsafe { slice::from_raw_parts(self.first, self.len) }
    }
}

/// What leaves as an array of Arrow's: its schema and itself, in capsules, without a copy.
pub(crate) fn exported<'py>(
    py: Python<'py>,
    shared: &Shared,
) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    struct Held {
        buffers: [*const c_void; 2],
        _shared: Shared,
    }
    unsafe extern "C" fn release_array(array: *mut ArrowArray) {
        // SAFETY: Arrow calls this once, with the array that was made below, wherever it is now.
        unsafe {
            drop(Box::from_raw((*array).private_data.cast::<Held>()));
            (*array).private_data = ptr::null_mut();
            (*array).release = None;
        }
    }
    unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
        // SAFETY: as above; all that it points to is valid for ever.
        unsafe { (*schema).release = None };
    }
    let mut schema = ArrowSchema::empty();
    schema.format = u32::ARROW.as_ptr();
    schema.name = c"".as_ptr();
    schema.release = Some(release_schema);

    let buffers = [ptr::null(), shared.first.cast()];
    let held = Box::into_raw(Box::new(Held { buffers, _shared: shared.clone() }));
    let mut array = ArrowArray::empty();
    array.length = i64::try_from(shared.len).unwrap_or(0);
    array.n_buffers = 2;
    // SAFETY: it was just made.
    array.buffers = unsafe { (&raw mut (*held).buffers).cast() };
    array.private_data = held.cast();
    array.release = Some(release_array);
    Ok((
        PyCapsule::new_with_value(py, schema, c"arrow_schema")?,
        PyCapsule::new_with_value(py, array, c"arrow_array")?,
    ))
}

/// The elements of what has `__arrow_c_array__`, without a copy.
pub(crate) fn of_array<T: Item>(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Column<T>> {
    let made = object.call_method0("__arrow_c_array__")?;
    let (schema, array) = made.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
    let schema = moved(&schema, c"arrow_schema", ArrowSchema::empty())?;
    let array = moved(&array, c"arrow_array", ArrowArray::empty())?;
    check_schema::<T>(name, &schema)?;
    column(name, array)
}

/// The elements of what has `__arrow_c_stream__`; a copy only if they come in more than one piece.
pub(crate) fn of_stream<T: Item>(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Column<T>> {
    let made = object.call_method0("__arrow_c_stream__")?;
    let mut stream = moved(&made, c"arrow_array_stream", ArrowArrayStream::empty())?;
    let malformed = || PyValueError::new_err(format!("{name}: the stream of Arrow is malformed"));
    let (get_schema, get_next) = stream.get_schema.zip(stream.get_next).ok_or_else(malformed)?;
    let mut schema = ArrowSchema::empty();
    // SAFETY: a live stream's callback, and a struct for it to fill in.
    let ended = unsafe { get_schema(&raw mut stream, &raw mut schema) };
    check_stream(name, &mut stream, ended)?;
    check_schema::<T>(name, &schema)?;
    let mut pieces = Vec::new();
    loop {
        let mut array = ArrowArray::empty();
        // SAFETY: as above.
        let ended = unsafe { get_next(&raw mut stream, &raw mut array) };
        check_stream(name, &mut stream, ended)?;
        if array.release.is_none() {
            break;
        }
        pieces.push(column::<T>(name, array)?);
    }
    if pieces.len() == 1 {
        return pieces.pop().ok_or_else(malformed);
    }
    Ok(Column::Copied(pieces.iter().flat_map(|piece| piece.as_slice()).copied().collect()))
}

fn check_stream(name: &str, stream: &mut ArrowArrayStream, ended: c_int) -> PyResult<()> {
    if ended == 0 {
        return Ok(());
    }
    let mut why = format!("error {ended}");
    if let Some(told) = stream.get_last_error {
        // SAFETY: a live stream's callback, right after a call of it failed.
        let text = unsafe { told(stream) };
        if !text.is_null() {
            // SAFETY: by the interface a text that ends with a NUL, valid until the next call.
            why = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
        }
    }
    Err(PyValueError::new_err(format!("{name}: the stream of Arrow failed: {why}")))
}

/// Takes a struct out of its capsule, which keeps an empty one.
fn moved<T: Released>(capsule: &Bound<'_, PyAny>, name: &CStr, empty: T) -> PyResult<T> {
    let place = capsule.cast::<PyCapsule>()?.pointer_checked(Some(name))?.cast::<T>();
    let used = || PyValueError::new_err("the array of Arrow was used already: ask for it anew");
    if !place.is_aligned() {
        return Err(used());
    }
    // SAFETY: a capsule of that name holds such a struct, and whoever is given it may take it.
    let taken = unsafe { place.replace(empty) };
    if taken.is_released() { Err(used()) } else { Ok(taken) }
}

trait Released {
    fn is_released(&self) -> bool;
}
impl Released for ArrowSchema {
    fn is_released(&self) -> bool {
        self.release.is_none()
    }
}
impl Released for ArrowArray {
    fn is_released(&self) -> bool {
        self.release.is_none()
    }
}
impl Released for ArrowArrayStream {
    fn is_released(&self) -> bool {
        self.release.is_none()
    }
}

fn check_schema<T: Item>(name: &str, schema: &ArrowSchema) -> PyResult<()> {
    if schema.format.is_null() {
        return Err(PyValueError::new_err(format!("{name}: the schema of Arrow is malformed")));
    }
    // SAFETY: not NULL, so by the interface a text that ends with a NUL.
    let format = unsafe { CStr::from_ptr(schema.format) };
    if format == T::ARROW && schema.dictionary.is_null() {
        return Ok(());
    }
    let (wanted, format) = (T::NAME, format.to_string_lossy());
    let message = format!("{name}: pass {wanted}, not Arrow's format {format:?}: cast it");
    Err(PyTypeError::new_err(message))
}

/// The elements of an array whose schema was looked at.
fn column<T: Item>(name: &str, array: ArrowArray) -> PyResult<Column<T>> {
    let malformed = || PyValueError::new_err(format!("{name}: the array of Arrow is malformed"));
    let size = |count: i64| usize::try_from(count).map_err(|_| malformed());
    let (len, offset) = (size(array.length)?, size(array.offset)?);
    let bytes = len.checked_add(offset).and_then(|all| all.checked_mul(size_of::<T>()));
    let is_possible = bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok());
    if !is_possible || array.n_buffers != 2 || array.n_children != 0 || array.buffers.is_null() {
        return Err(malformed());
    }
    if len == 0 {
        return Ok(Column::Copied(Vec::new()));
    }
    // SAFETY: there are two buffers, of which the second has all elements.
    let (bitmap, values) =
        unsafe { (array.buffers.read().cast::<u8>(), array.buffers.add(1).read().cast::<T>()) };
    if values.is_null() {
        return Err(malformed());
    }
    // SAFETY: a bitmap has a bit for each element up to the last.
    let is_set = |at: usize| unsafe { *bitmap.add(at / 8) } >> (at % 8) & 1 == 1;
    let has_nulls = array.null_count != 0
        && (bitmap.is_null() && array.null_count > 0
            || !bitmap.is_null() && !(offset..offset + len).all(is_set));
    if has_nulls {
        return Err(PyTypeError::new_err(format!("{name}: some are null: drop or fill them")));
    }
    // SAFETY: `offset` and `len` elements are there.
    let first = unsafe { values.add(offset) };
    if first.is_aligned() {
        return Ok(Column::Shared(Imported { first, len, _array: array }));
    }
    // SAFETY: as above; Arrow recommends that arrays are aligned and does not demand it.
    let copied = (0..len).map(|at| unsafe { first.add(at).read_unaligned() }).collect();
    Ok(Column::Copied(copied))
}
