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
use crate::numbers::{Integers, Numbers, READ_ONLY};

/// Numbers inside of something that never changes and is kept alive by this.
#[derive(Clone)]
pub(crate) struct Shared<N> {
    first: *const N,
    len: usize,
    owner: Arc<dyn Any + Send + Sync>,
}

// SAFETY: the numbers are only read, and their owner may be dropped by any thread.
unsafe impl<N: Sync> Send for Shared<N> {}
// SAFETY: as above.
unsafe impl<N: Sync> Sync for Shared<N> {}

impl<N> Shared<N> {
    /// The numbers that a part of the owner holds. Nothing of this package changes behind a shared
    /// reference, so they stay where they are.
    pub(crate) fn of<T: Any + Send + Sync>(owner: &Arc<T>, part: impl Fn(&T) -> &[N]) -> Self {
        let numbers = part(owner);
        let (first, len) = (numbers.as_ptr(), numbers.len());
        Shared { first, len, owner: Arc::<T>::clone(owner) }
    }

    pub(crate) fn as_slice(&self) -> &[N] {
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
        let filled = filled(&slf.get().shared, &slf.get().layout, view, flags, c"I")?;
        // SAFETY: not NULL, and the interpreter owns it.
        unsafe { view.write(ffi::Py_buffer { obj: slf.into_any().into_ptr(), ..filled }) };
        Ok(())
    }
}

#[pymethods]
impl Integers {
    // SAFETY: as above.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let filled = filled(&slf.get().shared, &slf.get().layout, view, flags, c"q")?;
        // SAFETY: as above.
        unsafe { view.write(ffi::Py_buffer { obj: slf.into_any().into_ptr(), ..filled }) };
        Ok(())
    }
}

/// A view of numbers that says all but whom they belong to, if it may be given.
fn filled<N>(
    shared: &Shared<N>,
    layout: &Layout,
    view: *mut ffi::Py_buffer,
    flags: c_int,
    format: &'static CStr,
) -> PyResult<ffi::Py_buffer> {
    if view.is_null() || flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
        return Err(PyBufferError::new_err(READ_ONLY));
    }
    let wants = |flag: c_int| flags & flag == flag;
    let if_wanted = |flag: c_int, place: *const isize| match wants(flag) {
        true => place.cast_mut(),
        false => ptr::null_mut(),
    };
    let format = format.as_ptr().cast_mut();
    Ok(ffi::Py_buffer {
        buf: shared.first.cast_mut().cast(),
        len: layout.len * layout.stride,
        itemsize: layout.stride,
        readonly: 1,
        ndim: 1,
        format: if wants(ffi::PyBUF_FORMAT) { format } else { ptr::null_mut() },
        shape: if_wanted(ffi::PyBUF_ND, &raw const layout.len),
        strides: if_wanted(ffi::PyBUF_STRIDES, &raw const layout.stride),
        suboffsets: ptr::null_mut(),
        internal: ptr::null_mut(),
        obj: ptr::null_mut(),
    })
}

/// How the numbers lie, where the interpreter can point to it.
#[derive(Debug)]
pub(crate) struct Layout {
    len: isize,
    stride: isize,
}

impl Layout {
    pub(crate) fn of<N>(shared: &Shared<N>) -> Self {
        // No slice is longer than this counts.
        let count = |size: usize| isize::try_from(size).unwrap_or(0);
        Layout { len: count(shared.len), stride: count(size_of::<N>()) }
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
pub(crate) fn exported<'py, N: Item>(
    py: Python<'py>,
    shared: &Shared<N>,
) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    struct Held {
        buffers: [*const c_void; 2],
        _owner: Arc<dyn Any + Send + Sync>,
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
    schema.format = N::ARROW.as_ptr();
    schema.name = c"".as_ptr();
    schema.release = Some(release_schema);

    let buffers = [ptr::null(), shared.first.cast()];
    let held = Box::into_raw(Box::new(Held { buffers, _owner: Arc::clone(&shared.owner) }));
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
    let (schema, array) = array_of(object)?;
    check_schema::<T>(name, &schema)?;
    column(name, array)
}

/// The elements of what has `__arrow_c_stream__`; a copy only if they come in more than one piece.
pub(crate) fn of_stream<T: Item>(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Column<T>> {
    let (schema, arrays) = arrays_of(name, object)?;
    check_schema::<T>(name, &schema)?;
    let pieces = arrays.into_iter().map(|array| column::<T>(name, array));
    let mut pieces = pieces.collect::<PyResult<Vec<_>>>()?;
    if pieces.len() == 1
        && let Some(only) = pieces.pop()
    {
        return Ok(only);
    }
    Ok(Column::Copied(pieces.iter().flat_map(|piece| piece.as_slice()).copied().collect()))
}

/// The numbers of what has one of the two, as floats: of float64, of int64 or of bool. What is null
/// is not a number.
pub(crate) fn floats_of(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let (schema, arrays) = match object.hasattr("__arrow_c_array__")? {
        true => array_of(object).map(|(schema, array)| (schema, vec![array]))?,
        false => arrays_of(name, object)?,
    };
    let format = format_of(name, &schema)?;
    let read = match format.to_bytes() {
        b"g" => double,
        b"l" => whole,
        b"b" => bit,
        _ => return Err(unlike(name, "float64, int64 or bool", format)),
    };
    let mut all = Vec::new();
    for array in &arrays {
        let Some(lies) = Lies::of(name, array, if format == c"b" { 1 } else { 8 })? else {
            continue;
        };
        all.extend((lies.offset..lies.offset + lies.len).map(|at| {
            // SAFETY: the array has so many elements of that format.
            if lies.is_known(at) { unsafe { read(lies.values, at) } } else { f64::NAN }
        }));
    }
    Ok(all)
}

unsafe fn double(values: *const c_void, at: usize) -> f64 {
    // SAFETY: there is such an element; it need not be aligned.
    unsafe { values.cast::<f64>().add(at).read_unaligned() }
}

/// What is too large to be exact is too large to be kept, too.
unsafe fn whole(values: *const c_void, at: usize) -> f64 {
    // SAFETY: as above.
    unsafe { values.cast::<i64>().add(at).read_unaligned() as f64 }
}

unsafe fn bit(values: *const c_void, at: usize) -> f64 {
    // SAFETY: as above, a bit each.
    f64::from(unsafe { *values.cast::<u8>().add(at / 8) } >> (at % 8) & 1)
}

fn array_of(object: &Bound<'_, PyAny>) -> PyResult<(ArrowSchema, ArrowArray)> {
    let made = object.call_method0("__arrow_c_array__")?;
    let (schema, array) = made.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
    let schema = moved(&schema, c"arrow_schema", ArrowSchema::empty())?;
    Ok((schema, moved(&array, c"arrow_array", ArrowArray::empty())?))
}

fn arrays_of(name: &str, object: &Bound<'_, PyAny>) -> PyResult<(ArrowSchema, Vec<ArrowArray>)> {
    let made = object.call_method0("__arrow_c_stream__")?;
    let mut stream = moved(&made, c"arrow_array_stream", ArrowArrayStream::empty())?;
    let malformed = || PyValueError::new_err(format!("{name}: the stream of Arrow is malformed"));
    let (get_schema, get_next) = stream.get_schema.zip(stream.get_next).ok_or_else(malformed)?;
    let mut schema = ArrowSchema::empty();
    // SAFETY: a live stream's callback, and a struct for it to fill in.
    let ended = unsafe { get_schema(&raw mut stream, &raw mut schema) };
    check_stream(name, &mut stream, ended)?;
    let mut arrays = Vec::new();
    loop {
        let mut array = ArrowArray::empty();
        // SAFETY: as above.
        let ended = unsafe { get_next(&raw mut stream, &raw mut array) };
        check_stream(name, &mut stream, ended)?;
        if array.release.is_none() {
            return Ok((schema, arrays));
        }
        arrays.push(array);
    }
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
    let format = format_of(name, schema)?;
    if format == T::ARROW { Ok(()) } else { Err(unlike(name, T::NAME, format)) }
}

/// What an array holds, by Arrow's letters.
fn format_of<'a>(name: &str, schema: &'a ArrowSchema) -> PyResult<&'a CStr> {
    if schema.format.is_null() {
        return Err(PyValueError::new_err(format!("{name}: the schema of Arrow is malformed")));
    }
    // SAFETY: not NULL, so by the interface a text that ends with a NUL, as long as the schema is.
    let format = unsafe { CStr::from_ptr(schema.format) };
    if schema.dictionary.is_null() {
        return Ok(format);
    }
    Err(PyTypeError::new_err(format!("{name}: pass numbers, not Arrow's dictionary: cast it")))
}

fn unlike(name: &str, wanted: &str, format: &CStr) -> PyErr {
    let format = format.to_string_lossy();
    PyTypeError::new_err(format!("{name}: pass {wanted}, not Arrow's format {format:?}: cast it"))
}

/// Where the elements of an array lie.
struct Lies {
    offset: usize,
    len: usize,
    /// A bit for each element up to the last; NULL if none can be null.
    bitmap: *const u8,
    values: *const c_void,
}

impl Lies {
    /// Those of an array whose schema was looked at, of so many bytes each; `None` if there are
    /// none.
    fn of(name: &str, array: &ArrowArray, size_of: usize) -> PyResult<Option<Self>> {
        let malformed =
            || PyValueError::new_err(format!("{name}: the array of Arrow is malformed"));
        let size = |count: i64| usize::try_from(count).map_err(|_| malformed());
        let (len, offset) = (size(array.length)?, size(array.offset)?);
        let bytes = len.checked_add(offset).and_then(|all| all.checked_mul(size_of));
        let is_possible = bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok());
        if !is_possible || array.n_buffers != 2 || array.n_children != 0 || array.buffers.is_null()
        {
            return Err(malformed());
        }
        if len == 0 {
            return Ok(None);
        }
        // SAFETY: there are two buffers, of which the second has all elements.
        let (bitmap, values) =
            unsafe { (array.buffers.read().cast::<u8>(), array.buffers.add(1).read()) };
        if values.is_null() || bitmap.is_null() && array.null_count > 0 {
            return Err(malformed());
        }
        let bitmap = if array.null_count == 0 { ptr::null() } else { bitmap };
        Ok(Some(Lies { offset, len, bitmap, values }))
    }

    fn is_known(&self, at: usize) -> bool {
        // SAFETY: a bitmap has a bit for each element up to the last.
        self.bitmap.is_null() || unsafe { *self.bitmap.add(at / 8) } >> (at % 8) & 1 == 1
    }
}

/// The elements of an array whose schema was looked at.
fn column<T: Item>(name: &str, array: ArrowArray) -> PyResult<Column<T>> {
    let Some(lies) = Lies::of(name, &array, size_of::<T>())? else {
        return Ok(Column::Copied(Vec::new()));
    };
    let Lies { offset, len, .. } = lies;
    if !(offset..offset + len).all(|at| lies.is_known(at)) {
        return Err(PyTypeError::new_err(format!("{name}: some are null: drop or fill them")));
    }
    // SAFETY: `offset` and `len` elements are there.
    let first = unsafe { lies.values.cast::<T>().add(offset) };
    if first.is_aligned() {
        return Ok(Column::Shared(Imported { first, len, _array: array }));
    }
    // SAFETY: as above; Arrow recommends that arrays are aligned and does not demand it.
    let copied = (0..len).map(|at| unsafe { first.add(at).read_unaligned() }).collect();
    Ok(Column::Copied(copied))
}
