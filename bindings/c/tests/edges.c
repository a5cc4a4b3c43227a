/* Plain edges in bulk, used as meant and as not meant. */
#include <stdlib.h>
#include <string.h>

#include "lynchpin.h"
#include "sample.h"

static int holds(lp_numbers list, size_t len, const uint32_t *wanted) {
    return list.len == len
           && (len == 0 ? list.ptr == NULL : !memcmp(list.ptr, wanted, len * sizeof *wanted));
}
#define HOLDS(list, ...)                                                                          \
    holds(list, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), (uint32_t[]){__VA_ARGS__})
#define NOTHING(list) holds(list, 0, NULL)

/* 1 waits for 0, 2 for 1 and, twice, for 0; 3 for itself; 4 and 5 for each other, and 6 for 5. */
static const uint32_t later[] = {6, 1, 2, 2, 2, 3, 4, 5}, earlier[] = {5, 0, 1, 0, 0, 3, 5, 4};

static lp_edges *sample(void) {
    lp_edges *edges = NULL;
    lp_error *error = NULL;
    CHECK(lp_edges_new(8, later, earlier, 8, &edges, &error) == LP_STATUS_OK && error == NULL);
    return edges;
}

/* The status of a call, which must explain itself. */
static uint32_t told(uint32_t ended, lp_error **error) {
    CHECK(ended != LP_STATUS_OK && lp_error_status(*error) == ended);
    CHECK(lp_error_message(*error).len > 20);
    lp_error_free(*error);
    *error = NULL;
    return ended;
}

static void what_was_given(const lp_edges *edges) {
    CHECK(lp_edges_nodes(edges) == 8 && lp_edges_count(edges) == 6);
    CHECK(lp_edges_repeated(edges) == 1 && HOLDS(lp_edges_looped(edges), 3));
    CHECK(HOLDS(lp_edges_earlier(edges, 2), 0, 1) && NOTHING(lp_edges_earlier(edges, 3)));
    CHECK(NOTHING(lp_edges_earlier(edges, 8)) && NOTHING(lp_edges_earlier(edges, UINT32_MAX)));
}

static void waves(const lp_edges *edges) {
    static const uint64_t weights[] = {1, 10, 100, 0, 0, 0, 0, 7};
    lp_schedule *schedule = NULL;
    CHECK(lp_edges_schedule(edges, weights, 8, &schedule, NULL) == LP_STATUS_OK);
    CHECK(lp_schedule_wave_count(schedule) == 3);
    CHECK(HOLDS(lp_schedule_wave(schedule, 1), 0, 7) && HOLDS(lp_schedule_wave(schedule, 3), 2));
    CHECK(NOTHING(lp_schedule_wave(schedule, 0)) && NOTHING(lp_schedule_wave(schedule, 4)));
    CHECK(HOLDS(lp_schedule_wave_of(schedule), 1, 2, 3, 0, 0, 0, 0, 1));
    CHECK(HOLDS(lp_schedule_order(schedule), 0, 7, 1, 2));
    CHECK(HOLDS(lp_schedule_critical_path(schedule), 0, 1, 2));
    CHECK(lp_schedule_critical_weight(schedule) == 111);
    lp_schedule_free(schedule);
    CHECK(lp_edges_schedule(edges, NULL, 0, &schedule, NULL) == LP_STATUS_OK);
    CHECK(lp_schedule_critical_weight(schedule) == 3);
    lp_schedule_free(schedule);
}

static void circles(const lp_edges *edges) {
    lp_components *components = NULL;
    CHECK(lp_edges_components(edges, &components, NULL) == LP_STATUS_OK);
    CHECK(lp_components_count(components) == 7);
    CHECK(HOLDS(lp_components_of(components), 0, 1, 2, 3, 4, 4, 5, 6));
    CHECK(HOLDS(lp_components_cycles(components), 3, 4));
    CHECK(HOLDS(lp_components_members(components, 4), 4, 5));
    CHECK(NOTHING(lp_components_members(components, 7)));
    lp_components_free(components);
}

static void what_stands_on_what(const lp_edges *edges) {
    static const uint32_t roots[] = {0, 5, 7};
    uint32_t counts[3] = {9, 9, 9};
    lp_nodes *nodes = NULL;
    lp_reduction *reduction = NULL;
    CHECK(lp_edges_downstream(edges, roots, 2, &nodes, NULL) == LP_STATUS_OK);
    CHECK(HOLDS(lp_nodes_all(nodes), 1, 2, 4, 6));
    lp_nodes_free(nodes);
    CHECK(lp_edges_upstream(edges, (uint32_t[]){2, 6}, 2, &nodes, NULL) == LP_STATUS_OK);
    CHECK(HOLDS(lp_nodes_all(nodes), 0, 1, 4, 5));
    lp_nodes_free(nodes);
    CHECK(lp_edges_upstream(edges, NULL, 0, &nodes, NULL) == LP_STATUS_OK);
    CHECK(NOTHING(lp_nodes_all(nodes)));
    lp_nodes_free(nodes);
    CHECK(lp_edges_downstream_counts(edges, roots, 3, counts, NULL) == LP_STATUS_OK);
    CHECK(counts[0] == 2 && counts[1] == 2 && counts[2] == 0);
    /* What is counted may be overwritten by the counts. */
    memcpy(counts, roots, sizeof counts);
    CHECK(lp_edges_downstream_counts(edges, counts, 3, counts, NULL) == LP_STATUS_OK);
    CHECK(counts[0] == 2 && counts[1] == 2 && counts[2] == 0);
    CHECK(lp_edges_downstream_counts(edges, NULL, 0, NULL, NULL) == LP_STATUS_OK);
    CHECK(lp_edges_reduction(edges, &reduction, NULL) == LP_STATUS_OK);
    CHECK(HOLDS(lp_reduction_later(reduction), 1, 2));
    CHECK(HOLDS(lp_reduction_earlier(reduction), 0, 1));
    lp_reduction_free(reduction);
}

static void edges_that_are_refused(void) {
    static const uint32_t numbers[] = {0, 1, 2, 3};
    const uint32_t *odd = (const uint32_t *)(const void *)((const char *)numbers + 1);
    lp_edges *edges = NULL;
    lp_error *error = NULL;
#define REFUSED(nodes, a, b, count)                                                               \
    told(lp_edges_new(nodes, a, b, count, &edges, &error), &error)
    CHECK(REFUSED(8, NULL, earlier, 8) == LP_STATUS_BAD_ARGUMENT);
    CHECK(REFUSED(8, later, NULL, 8) == LP_STATUS_BAD_ARGUMENT);
    CHECK(REFUSED(8, odd, earlier, 1) == LP_STATUS_BAD_ARGUMENT);
    CHECK(REFUSED(8, later, earlier, SIZE_MAX) == LP_STATUS_BAD_ARGUMENT);
    CHECK(REFUSED(8, later, earlier, SIZE_MAX / 4) == LP_STATUS_BAD_ARGUMENT);
    CHECK(REFUSED(6, later, earlier, 8) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(REFUSED(0, later, earlier, 8) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(REFUSED(UINT32_MAX, NULL, NULL, 0) == LP_STATUS_LIMIT_EXCEEDED);
    CHECK(edges == NULL);
    CHECK(lp_edges_new(8, later, earlier, 8, NULL, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_edges_new(0, NULL, NULL, 0, &edges, NULL) == LP_STATUS_OK);
    CHECK(lp_edges_nodes(edges) == 0);
    lp_edges_free(edges);
}

static void questions_that_are_refused(const lp_edges *edges) {
    static const uint64_t weights[] = {UINT64_MAX, 1, 0, 0, 0, 0, 0, 0};
    static const uint32_t beyond[] = {0, 8};
    uint32_t counts[2] = {7, 7};
    lp_schedule *schedule = NULL;
    lp_nodes *nodes = NULL;
    lp_error *error = NULL;
#define SCHEDULE(weights, count)                                                                  \
    told(lp_edges_schedule(edges, weights, count, &schedule, &error), &error)
#define COUNTS(given, count, out)                                                                 \
    told(lp_edges_downstream_counts(edges, given, count, out, &error), &error)
    CHECK(SCHEDULE(weights, 7) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCHEDULE(weights, 0) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCHEDULE(NULL, 8) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCHEDULE(weights, SIZE_MAX / 2) == LP_STATUS_BAD_ARGUMENT);
    CHECK(SCHEDULE(weights, 8) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(COUNTS(beyond, 2, counts) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(COUNTS(NULL, 2, counts) == LP_STATUS_BAD_ARGUMENT);
    CHECK(COUNTS(beyond, 2, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(COUNTS(beyond, SIZE_MAX, counts) == LP_STATUS_BAD_ARGUMENT);
    CHECK(told(lp_edges_downstream(edges, beyond, 2, &nodes, &error), &error)
          == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(told(lp_edges_upstream(edges, NULL, 1, &nodes, &error), &error)
          == LP_STATUS_BAD_ARGUMENT);
    CHECK(schedule == NULL && nodes == NULL && counts[0] == 7 && counts[1] == 7);
}

static int holds_freed(lp_nodes *nodes, size_t len, const uint32_t *wanted) {
    int same = holds(lp_nodes_all(nodes), len, wanted);
    lp_nodes_free(nodes);
    return same;
}

/* 1 waits for 0, and 2 for 1; then one at a time. */
static lp_ordered_edges *begun(void) {
    lp_edges *edges = NULL;
    lp_ordered_edges *ordered = NULL;
    CHECK(lp_edges_new(3, later + 1, earlier + 1, 2, &edges, NULL) == LP_STATUS_OK);
    CHECK(lp_ordered_edges_new(edges, &ordered, NULL) == LP_STATUS_OK);
    lp_edges_free(edges);
    return ordered;
}

static void one_at_a_time(void) {
    static const uint32_t circle_of[] = {0, 1, 2}, order_of[] = {3, 1, 2, 0};
    lp_ordered_edges *ordered = begun();
    lp_edges *edges = NULL;
    lp_nodes *nodes = NULL;
    uint32_t said = 9, number = 9;
    CHECK(lp_ordered_edges_insert(ordered, 0, 2, &said, &nodes, NULL) == LP_STATUS_OK);
    CHECK(said == LP_INSERTED_REFUSED && holds_freed(nodes, 3, circle_of));
    CHECK(lp_ordered_edges_insert(ordered, 2, 1, &said, &nodes, NULL) == LP_STATUS_OK);
    CHECK(said == LP_INSERTED_KNOWN && nodes == NULL);
    CHECK(lp_ordered_edges_remove(ordered, 1, 0, &number, NULL) == LP_STATUS_OK && number == 1);
    CHECK(lp_ordered_edges_remove(ordered, 1, 0, &number, NULL) == LP_STATUS_OK && number == 0);
    CHECK(lp_ordered_edges_push_node(ordered, &number, NULL) == LP_STATUS_OK && number == 3);
    CHECK(lp_ordered_edges_insert(ordered, 0, 2, &said, &nodes, NULL) == LP_STATUS_OK);
    CHECK(said == LP_INSERTED_NEW && nodes == NULL);
    CHECK(lp_ordered_edges_insert(ordered, 1, 3, &said, &nodes, NULL) == LP_STATUS_OK);
    CHECK(said == LP_INSERTED_NEW);
    CHECK(lp_ordered_edges_order(ordered, &nodes, NULL) == LP_STATUS_OK);
    CHECK(holds_freed(nodes, 4, order_of));
    CHECK(lp_ordered_edges_place_of(ordered, 3) < lp_ordered_edges_place_of(ordered, 1));
    CHECK(lp_ordered_edges_to_edges(ordered, &edges, NULL) == LP_STATUS_OK);
    lp_ordered_edges_free(ordered); /* answers stay */
    CHECK(lp_edges_nodes(edges) == 4 && lp_edges_count(edges) == 3);
    CHECK(HOLDS(lp_edges_earlier(edges, 0), 2) && HOLDS(lp_edges_earlier(edges, 1), 3));
    lp_edges_free(edges);
}

static void one_that_is_refused(lp_edges *circles) {
    lp_ordered_edges *ordered = begun(), *none = NULL;
    lp_edges *edges = NULL;
    lp_nodes *nodes = NULL;
    lp_error *error = NULL;
    uint32_t said = 9;
#define INSERT(object, later, earlier, said, nodes)                                               \
    told(lp_ordered_edges_insert(object, later, earlier, said, nodes, &error), &error)
    CHECK(told(lp_ordered_edges_new(circles, &none, &error), &error) == LP_STATUS_BAD_ARGUMENT);
    CHECK(told(lp_ordered_edges_new(NULL, &none, &error), &error) == LP_STATUS_BAD_ARGUMENT);
    CHECK(INSERT(ordered, 3, 0, &said, &nodes) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(INSERT(ordered, 0, 3, &said, &nodes) == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(INSERT(ordered, 2, 0, NULL, &nodes) == LP_STATUS_BAD_ARGUMENT);
    CHECK(INSERT(ordered, 2, 0, &said, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(INSERT(NULL, 2, 0, &said, &nodes) == LP_STATUS_BAD_ARGUMENT);
    CHECK(told(lp_ordered_edges_remove(ordered, 7, 0, &said, &error), &error)
          == LP_STATUS_NUMBER_OUT_OF_RANGE);
    CHECK(lp_ordered_edges_remove(ordered, 1, 0, NULL, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_ordered_edges_push_node(ordered, NULL, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_ordered_edges_push_node(NULL, &said, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_ordered_edges_order(NULL, &nodes, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_ordered_edges_to_edges(NULL, &edges, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_ordered_edges_place_of(NULL, 0) == 0 && lp_ordered_edges_place_of(ordered, 3) == 0);
    CHECK(lp_ordered_edges_place_of((const lp_ordered_edges *)(const void *)circles, 0) == 0);
    CHECK(said == 9 && nodes == NULL && none == NULL && edges == NULL);
    lp_ordered_edges_free(NULL);
    lp_ordered_edges_free(ordered);
}

/* NULL, and what is another object, reads as nothing. */
static void no_objects(lp_edges *edges) {
    const lp_schedule *other = (const lp_schedule *)(const void *)edges;
    lp_schedule *schedule = NULL;
    lp_components *components = NULL;
    lp_reduction *reduction = NULL;
    CHECK(lp_edges_nodes(NULL) == 0 && lp_edges_count(NULL) == 0 && lp_edges_repeated(NULL) == 0);
    CHECK(NOTHING(lp_edges_looped(NULL)) && NOTHING(lp_edges_earlier(NULL, 0)));
    CHECK(lp_schedule_wave_count(other) == 0 && NOTHING(lp_schedule_wave(other, 1)));
    CHECK(NOTHING(lp_schedule_wave_of(other)) && NOTHING(lp_schedule_order(NULL)));
    CHECK(NOTHING(lp_schedule_critical_path(NULL)) && lp_schedule_critical_weight(other) == 0);
    CHECK(lp_components_count(NULL) == 0 && NOTHING(lp_components_of(NULL)));
    CHECK(NOTHING(lp_components_members(NULL, 0)) && NOTHING(lp_components_cycles(NULL)));
    CHECK(NOTHING(lp_reduction_later(NULL)) && NOTHING(lp_reduction_earlier(NULL)));
    CHECK(NOTHING(lp_nodes_all(NULL)));
    CHECK(lp_edges_schedule(NULL, NULL, 0, &schedule, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_edges_components(NULL, &components, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_edges_reduction(NULL, &reduction, NULL) == LP_STATUS_BAD_ARGUMENT);
    CHECK(lp_edges_components(edges, NULL, NULL) == LP_STATUS_BAD_ARGUMENT);
    lp_edges_free(NULL);
    lp_schedule_free(NULL);
    lp_components_free(NULL);
    lp_reduction_free(NULL);
    lp_nodes_free(NULL);
}

/* A ladder: node i waits for i - 2 and for i - 3, so that two more can always ship. */
static void many(void) {
    enum { NODES = 30000, COUNT = 2 * NODES - 5 };
    uint32_t *ends = malloc(2 * COUNT * sizeof *ends), *begins, node;
    size_t i = 0, wrong = 0;
    lp_edges *edges = NULL;
    lp_schedule *schedule = NULL;
    lp_reduction *reduction = NULL;
    lp_nodes *nodes = NULL;
    lp_error *error = NULL;
    lp_numbers wave_of;
    if (ends == NULL) {
        exit(EXIT_FAILURE);
    }
    begins = ends + COUNT;
    for (node = 2; node < NODES; node++) {
        uint32_t step;
        for (step = 2; step <= 3 && step <= node; step++) {
            ends[i] = node;
            begins[i++] = node - step;
        }
    }
    CHECK(i == COUNT);
    CHECK(lp_edges_new(NODES, ends, begins, COUNT, &edges, NULL) == LP_STATUS_OK);
    free(ends); /* read during the call only */
    CHECK(lp_edges_schedule(edges, NULL, 0, &schedule, NULL) == LP_STATUS_OK);
    CHECK(lp_edges_downstream(edges, (uint32_t[]){0}, 1, &nodes, NULL) == LP_STATUS_OK);
    CHECK(told(lp_edges_reduction(edges, &reduction, &error), &error)
          == LP_STATUS_LIMIT_EXCEEDED);
    lp_edges_free(edges); /* answers stay */
    CHECK(lp_schedule_wave_count(schedule) == NODES / 2);
    wave_of = lp_schedule_wave_of(schedule);
    for (node = 0; node < NODES; node++) {
        wrong += wave_of.ptr[node] != node / 2 + 1;
    }
    CHECK(wrong == 0 && lp_schedule_critical_path(schedule).len == NODES / 2);
    CHECK(lp_nodes_all(nodes).len == NODES - 2); /* all but itself and 1 */
    lp_nodes_free(nodes);
    lp_schedule_free(schedule);
}

int main(void) {
    lp_edges *edges = sample();
    what_was_given(edges);
    waves(edges);
    circles(edges);
    what_stands_on_what(edges);
    edges_that_are_refused();
    questions_that_are_refused(edges);
    no_objects(edges);
    one_at_a_time();
    one_that_is_refused(edges);
    many();
    lp_edges_free(edges);
    if (failures == 0) {
        puts("c: edges passed");
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
