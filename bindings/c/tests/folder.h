/* A folder for the files of a test, which goes with it. The program defines _POSIX_C_SOURCE. */
#ifndef LYNCHPIN_TESTS_FOLDER_H
#define LYNCHPIN_TESTS_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sample.h"

#define FOLDER "/tmp/lynchpin-c-XXXXXX"

static void begin_folder(char *folder) {
    CHECK(mkdtemp(folder) != NULL);
}

/* A path of at most 63 bytes. */
static void path_in(const char *folder, const char *name, char *path) {
    (void)snprintf(path, 64, "%s/%.30s", folder, name);
}

static void end_folder(const char *folder) {
    DIR *open = opendir(folder);
    struct dirent *entry;
    CHECK(open != NULL);
    while (open != NULL && (entry = readdir(open)) != NULL) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%.255s", folder, entry->d_name);
        if (entry->d_name[0] != '.') {
            CHECK(remove(path) == 0);
        }
    }
    CHECK(open != NULL && closedir(open) == 0 && rmdir(folder) == 0);
}

#endif
