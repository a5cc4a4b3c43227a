/*
 * Plain edges, as a build system or a portfolio has them by the million: in which waves do the
 * nodes ship, and which of them never do? And when one edge more comes: may it?
 *
 *     cc edges.c $(pkg-config --cflags --libs lynchpin) -o edges && ./edges
 *
 * Ends with 1, since two of these nodes wait for each other.
 */
#include <stdio.h>

#include "lynchpin.h"

static int fail(lp_error *error) {
    lp_str message = lp_error_message(error);
    fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
    lp_error_free(error);
    return 2;
}

static int circles(const lp_edges *edges) {
    size_t i;
    int found = 0;
    lp_components *components = NULL;
    lp_error *error = NULL;
    if (lp_edges_components(edges, &components, &error) == LP_STATUS_OK) {
        lp_numbers cycles = lp_components_cycles(components);
        for (i = 0; i < cycles.len; i++) {
            lp_numbers members = lp_components_members(components, cycles.ptr[i]);
            printf("%u nodes in a circle\n", (unsigned)members.len);
        }
    }
    found = lp_components_cycles(components).len > 0;
    lp_components_free(components);
    return error == NULL ? found : fail(error);
}

static void who_waits(const lp_edges *edges) {
    lp_nodes *after = NULL;
    lp_error *error = NULL;
    const uint32_t roots[] = {1};
    if (lp_edges_downstream(edges, roots, 1, &after, &error) == LP_STATUS_OK) {
        printf("%u wait for node 1\n", (unsigned)lp_nodes_all(after).len);
    }
    lp_nodes_free(after);
    lp_error_free(error);
}

static void never(const lp_schedule *schedule) {
    size_t node;
    lp_numbers wave_of = lp_schedule_wave_of(schedule);
    for (node = 0; node < wave_of.len; node++) {
        if (wave_of.ptr[node] == 0) {
            printf("%u never ships\n", (unsigned)node);
        }
    }
}

/* 1 waits for 0 and 2 for 1, so 0 cannot wait for 2. */
static void one_more(void) {
    lp_edges *edges = NULL;
    lp_ordered_edges *ordered = NULL;
    lp_nodes *circle = NULL;
    lp_error *error = NULL;
    uint32_t inserted;
    const uint32_t later[] = {1, 2}, earlier[] = {0, 1};
    if (lp_edges_new(3, later, earlier, 2, &edges, &error) == LP_STATUS_OK
        && lp_ordered_edges_new(edges, &ordered, &error) == LP_STATUS_OK) {
        if (lp_ordered_edges_insert(ordered, 0, 2, &inserted, &circle, &error) == LP_STATUS_OK
            && inserted == LP_INSERTED_REFUSED) {
            lp_numbers nodes = lp_nodes_all(circle);
            printf("that would close a circle of %u nodes\n", (unsigned)nodes.len);
        }
    }
    lp_nodes_free(circle);
    lp_ordered_edges_free(ordered);
    lp_edges_free(edges);
    lp_error_free(error);
}

int main(void) {
    lp_edges *edges = NULL;
    lp_schedule *schedule = NULL;
    lp_error *error = NULL;
    int status;
    /* 1 waits for 0, 2 for 1 and for 0; 4 and 5 wait for each other. */
    const uint32_t later[] = {1, 2, 2, 4, 5}, earlier[] = {0, 1, 0, 5, 4};
    if (lp_edges_new(6, later, earlier, 5, &edges, &error) == LP_STATUS_OK
        && lp_edges_schedule(edges, NULL, 0, &schedule, &error) == LP_STATUS_OK) {
        uint32_t wave;
        for (wave = 1; wave <= lp_schedule_wave_count(schedule); wave++) {
            lp_numbers nodes = lp_schedule_wave(schedule, wave);
            printf("wave %u: %u nodes\n", (unsigned)wave, (unsigned)nodes.len);
        }
    }
    if (error != NULL) {
        lp_edges_free(edges);
        return fail(error);
    }
    never(schedule);
    who_waits(edges);
    one_more();
    status = circles(edges);
    lp_schedule_free(schedule);
    lp_edges_free(edges);
    return status;
}
