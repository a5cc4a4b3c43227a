/*
 * The graphs of `cargo xtask figures plan`, ordered through the C library.
 *
 * It is told a file of edges and then does what it is told line by line: `order` or `components`.
 * Of each it prints the seconds of a processor that it took and a number that whoever does the
 * same must come to as well.
 */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lynchpin.h"

struct graph {
    uint32_t nodes, count;
    uint32_t *later, *earlier;
    uint64_t *weights;
    lp_edges *built;
};

static double processor(void) {
    struct timespec time = {0, 0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void must(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "failed: %s\n", what);
        exit(2);
    }
}

static lp_edges *build(const struct graph *graph) {
    lp_edges *edges = NULL;
    uint32_t status = lp_edges_new(graph->nodes, graph->later, graph->earlier, graph->count,
                                   &edges, NULL);
    must(status == LP_STATUS_OK, "lp_edges_new");
    return edges;
}

static uint64_t order(const struct graph *graph) {
    lp_edges *edges = build(graph);
    lp_schedule *schedule = NULL;
    uint32_t status = lp_edges_schedule(edges, graph->weights, graph->nodes, &schedule, NULL);
    must(status == LP_STATUS_OK, "lp_edges_schedule");
    lp_numbers waves = lp_schedule_wave_of(schedule);
    uint64_t number = lp_schedule_critical_weight(schedule);
    for (size_t node = 0; node < waves.len; node++) {
        number += waves.ptr[node];
    }
    lp_schedule_free(schedule);
    lp_edges_free(edges);
    return number;
}

static uint64_t components(const struct graph *graph) {
    lp_components *found = NULL;
    must(lp_edges_components(graph->built, &found, NULL) == LP_STATUS_OK, "lp_edges_components");
    uint64_t number = lp_components_count(found);
    lp_components_free(found);
    return number;
}

static uint32_t *numbers(FILE *file, size_t count) {
    uint32_t *read = malloc((count + 1) * sizeof *read);
    must(read != NULL && fread(read, sizeof *read, count, file) == count, "reading");
    return read;
}

int main(int count, char **words) {
    struct graph graph;
    char line[64];
    must(count == 2, "name the file of edges");
    FILE *file = fopen(words[1], "rb");
    must(file != NULL, "opening the file of edges");
    uint32_t *sizes = numbers(file, 2);
    graph.nodes = sizes[0];
    graph.count = sizes[1];
    free(sizes);
    graph.later = numbers(file, graph.count);
    graph.earlier = numbers(file, graph.count);
    fclose(file);
    graph.weights = malloc(((size_t)graph.nodes + 1) * sizeof *graph.weights);
    must(graph.weights != NULL, "memory");
    for (uint32_t node = 0; node < graph.nodes; node++) {
        graph.weights[node] = node % 7 + 1;
    }
    graph.built = build(&graph);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        int is_order = strcmp(line, "order\n") == 0;
        must(is_order || strcmp(line, "components\n") == 0, "no such order");
        double start = processor();
        uint64_t number = is_order ? order(&graph) : components(&graph);
        printf("%.9f %" PRIu64 "\n", processor() - start, number);
        fflush(stdout);
    }
    lp_edges_free(graph.built);
    free(graph.weights);
    free(graph.later);
    free(graph.earlier);
    return 0;
}
