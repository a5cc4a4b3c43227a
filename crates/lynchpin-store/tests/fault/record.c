/* A layer between a program and its files, loaded by LD_PRELOAD. It looks at the files below the
 * folder FAULT_FOLDER only, and writes down each change to them in the file FAULT_TRACE, in the
 * order in which it was made. It can also let calls fail. The program gives it orders by opening
 * files that are not there:
 *   /fault/arm/N/EVER/CODE  lets the Nth call from now fail, and all later ones if EVER is 1. CODE
 *                           is an errno, by which it is known what calls it is about, or 0: a
 *                           write that writes half.
 *   /fault/calm             ends it. The errno of this open is 1000 and the call that failed, one
 *                           letter, or ENOENT if none did.
 *   /fault/fork             forks. The child goes on first, and the parent once the child ended.
 * All that it does for itself are system calls, so that it needs no function it replaces. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 1024, OTHER = 0, DURABLE = 1, SHARED = 2 };
static unsigned char watched[FILES];
static const char *folder;
static int trace = -1;
static struct { long at, seen; int ever, code, failed; } plan;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULT_TRACE");
    folder = getenv("FAULT_FOLDER");
    if (path)
        trace = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static int is_below(const char *path) {
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int kind(int fd) { return fd >= 0 && fd < FILES ? watched[fd] : OTHER; }

/* One record: what, the file, the offset, and the bytes. */
static void record(char what, int fd, int64_t at, const void *bytes, size_t length) {
    struct __attribute__((packed)) { char what; int32_t fd; int64_t at; uint32_t length; } head = {
        what, fd, at, (uint32_t)length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)bytes, length}};
    if (trace >= 0 && syscall(SYS_writev, trace, parts, 2) != (long)(sizeof head + length))
        abort();
}

/* Whether this call is to fail. `needs_room` are those that a full disk refuses, `by_name` those
 * that go by the name of a file, `changes` those that a read-only disk refuses; 2 is one that a
 * ledger refuses which is itself read-only. */
static int fails(char call, int needs_room, int by_name, int changes) {
    int meant = plan.code == ENOSPC  ? needs_room
                : plan.code == EACCES ? by_name
                : plan.code == EROFS  ? by_name && changes
                : plan.code == EPERM  ? by_name && changes == 2
                : plan.code == 0      ? call == 'w'
                                      : 1;
    if (plan.at == 0 || !meant)
        return 0;
    plan.seen++;
    if (plan.seen != plan.at && !(plan.ever && plan.seen > plan.at))
        return 0;
    plan.failed = call;
    errno = plan.code;
    return 1;
}

static int obey(const char *order) {
    errno = ENOENT;
    if (sscanf(order, "arm/%ld/%d/%d", &plan.at, &plan.ever, &plan.code) == 3) {
        plan.seen = plan.failed = 0;
    } else if (strcmp(order, "calm") == 0) {
        errno = plan.failed ? 1000 + plan.failed : ENOENT;
        plan.at = 0;
    } else if (strcmp(order, "fork") == 0) {
        pid_t child = fork();
        if (child > 0)
            waitpid(child, NULL, 0);
        errno = ENOENT;
    }
    return -1;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (strncmp(path, "/fault/", 7) == 0)
        return obey(path + 7);
    int creates = (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    const char *name = strrchr(path, '/');
    /* The files that SQLite keeps beside a ledger have a name with a dash. */
    int changes = (flags & O_ACCMODE) == O_RDONLY ? 0 : name && !strchr(name, '-') ? 2 : 1;
    if (is_below(path) && fails('o', creates, 1, changes))
        return -1;
    int fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < FILES) {
        size_t length = is_below(path) ? strlen(path) : 0;
        int shared = length > 4 && strcmp(path + length - 4, "-shm") == 0;
        watched[fd] = !length ? OTHER : shared ? SHARED : DURABLE;
        if (watched[fd] == DURABLE)
            record('o', fd, flags, path, length);
    }
    return fd;
}

int close(int fd) {
    if (kind(fd))
        watched[fd] = OTHER;
    return syscall(SYS_close, fd);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t at) {
    if (kind(fd) && fails('r', 0, 0, 0))
        return -1;
    return syscall(SYS_pread64, fd, bytes, length, at);
}

ssize_t read(int fd, void *bytes, size_t length) {
    if (kind(fd) && fails('r', 0, 0, 0))
        return -1;
    return syscall(SYS_read, fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    if (kind(fd) && fails('w', 1, 0, 1)) {
        if (plan.code)
            return -1;
        length /= 2;
    }
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, length, at);
    if (written >= 0 && kind(fd) == DURABLE)
        record('w', fd, at, bytes, written);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!kind(fd))
        return syscall(SYS_write, fd, bytes, length);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t written = pwrite(fd, bytes, length, at);
    if (written > 0)
        lseek(fd, at + written, SEEK_SET);
    return written;
}

int ftruncate(int fd, off_t length) {
    if (kind(fd) && fails('t', 1, 0, 1))
        return -1;
    int result = syscall(SYS_ftruncate, fd, length);
    if (result == 0 && kind(fd) == DURABLE)
        record('t', fd, length, NULL, 0);
    return result;
}

static int sync_by(long call, int fd) {
    if (kind(fd) && fails('s', 1, 0, 0))
        return -1;
    int result = syscall(call, fd);
    if (result == 0 && kind(fd) == DURABLE)
        record('s', fd, 0, NULL, 0);
    return result;
}

int fsync(int fd) { return sync_by(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_by(SYS_fdatasync, fd); }

int unlink(const char *path) {
    if (is_below(path) && fails('u', 0, 1, 1))
        return -1;
    int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (result == 0 && is_below(path))
        record('u', -1, 0, path, strlen(path));
    return result;
}

void *mmap(void *place, size_t length, int protection, int flags, int fd, off_t at) {
    if (kind(fd) && fails('m', 0, 0, 0))
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, place, length, protection, flags, fd, at);
}

int fcntl(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    /* A lock of shared memory that fails is taken for one that another process has. */
    if (kind(fd) == DURABLE && (command == F_SETLK || command == F_GETLK) && fails('l', 0, 0, 0))
        return -1;
    return syscall(SYS_fcntl, fd, command, argument);
}

/* Files are opened with offsets of 64 bits under names of their own, which mean the same here. */
int open64(const char *, int, ...) __attribute__((alias("open")));
ssize_t pread64(int, void *, size_t, off_t) __attribute__((alias("pread")));
ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));
int ftruncate64(int, off_t) __attribute__((alias("ftruncate")));
void *mmap64(void *, size_t, int, int, int, off_t) __attribute__((alias("mmap")));
int fcntl64(int, int, ...) __attribute__((alias("fcntl")));
