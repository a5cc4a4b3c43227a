/* The invented history that every language fits a model to; see tests/tests/model_faces.rs. */
#ifndef LYNCHPIN_TESTS_MODEL_H
#define LYNCHPIN_TESTS_MODEL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#define HISTORY 240
#define HALF (HISTORY / 2)
#define FEATURES 4

/* The values of each feature, and what became of each change. */
static double values[FEATURES][HISTORY];
static uint8_t failed[HISTORY];

/* Opens a file of tests/model; programs run in the folder of the checkout. */
static FILE *open_model_file(const char *name) {
    char path[64];
    FILE *file;
    (void)snprintf(path, sizeof path, "tests/model/%.40s", name);
    file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s is not there: run this in the folder of the checkout\n", path);
        exit(EXIT_FAILURE);
    }
    return file;
}

static void read_history(void) {
    FILE *file = open_model_file("history.txt");
    size_t row, feature;
    char word[32];
    for (row = 0; row < HISTORY; row++) {
        for (feature = 0; feature < FEATURES; feature++) {
            CHECK(fscanf(file, "%31s", word) == 1);
            values[feature][row] = strtod(word, NULL);
        }
        CHECK(fscanf(file, "%31s", word) == 1);
        failed[row] = (uint8_t)(word[0] == '1');
    }
    CHECK(fscanf(file, "%31s", word) == EOF);
    (void)fclose(file);
}

/* The content of a file; the caller frees it. */
static char *read_model_file(const char *name, size_t *len) {
    enum { ROOM = 1 << 20 };
    FILE *file = open_model_file(name);
    char *text = malloc(ROOM);
    if (text == NULL) {
        exit(EXIT_FAILURE);
    }
    *len = fread(text, 1, ROOM, file);
    CHECK(*len > 0 && *len < ROOM);
    (void)fclose(file);
    return text;
}

#endif
