// Plain edges in bulk through the C++ classes, used as meant and as not meant.
#include <cstdint>
#include <iostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lynchpin.hpp"
#include "sample.h"

namespace {

using list = std::vector<std::uint32_t>;
using lynchpin::status;

static_assert(!std::is_copy_constructible_v<lynchpin::edges>);
static_assert(std::is_nothrow_move_constructible_v<lynchpin::schedule>);
static_assert(!std::is_default_constructible_v<lynchpin::components>);
static_assert(std::is_convertible_v<list, lynchpin::numbers>);
static_assert(!std::is_convertible_v<std::vector<int>, lynchpin::numbers>);

// 1 waits for 0, 2 for 1 and, twice, for 0; 3 for itself; 4 and 5 for each other, and 6 for 5.
const list later{6, 1, 2, 2, 2, 3, 4, 5}, earlier{5, 0, 1, 0, 0, 3, 5, 4};

template <class Body> status status_of(Body body) {
    try {
        body();
    } catch (const lynchpin::error &error) {
        CHECK(!error.problems().empty() && error.problems()[0].code == error.status());
        CHECK(error.problems()[0].message.size() > 20);
        return error.status();
    }
    return status::ok;
}

void answers(const lynchpin::edges &edges) {
    CHECK(edges.nodes() == 8 && edges.count() == 6 && edges.repeated() == 1);
    CHECK(edges.looped().copy() == list{3} && edges.earlier(2).copy() == (list{0, 1}));
    CHECK(edges.earlier(9).empty());
    const auto schedule = edges.schedule({1, 10, 100, 0, 0, 0, 0, 7});
    CHECK(schedule.wave_count() == 3 && schedule.wave(1).copy() == (list{0, 7}));
    CHECK(schedule.wave(0).empty() && schedule.wave(4).empty());
    CHECK(schedule.wave_of().copy() == (list{1, 2, 3, 0, 0, 0, 0, 1}));
    CHECK(schedule.order().copy() == (list{0, 7, 1, 2}) && schedule.wave_of()[2] == 3);
    CHECK(schedule.critical_path().copy() == (list{0, 1, 2}));
    CHECK(schedule.critical_weight() == 111 && edges.schedule().critical_weight() == 3);
    const auto components = edges.components();
    CHECK(components.count() == 7 && components.cycles().copy() == (list{3, 4}));
    CHECK(components.of().copy() == (list{0, 1, 2, 3, 4, 4, 5, 6}));
    CHECK(components.members(4).copy() == (list{4, 5}) && components.members(7).empty());
    const auto after = edges.downstream(list{0, 5});
    CHECK(after.all().copy() == (list{1, 2, 4, 6}) && after.size() == 4);
    const auto before = edges.upstream(list{2, 6});
    CHECK(before.all().copy() == (list{0, 1, 4, 5}));
    CHECK(edges.downstream_counts(list{0, 5, 7}) == (list{2, 2, 0}));
    CHECK(edges.downstream_counts({}).empty());
    const auto reduction = edges.reduction();
    CHECK(reduction.later().copy() == (list{1, 2}) && reduction.earlier().copy() == (list{0, 1}));
}

void one_at_a_time() {
    lynchpin::ordered_edges ordered(lynchpin::edges(3, list{1, 2}, list{0, 1}));
    const auto refused = ordered.insert(0, 2);
    CHECK(refused.outcome == lynchpin::inserted::refused && refused.circle == (list{0, 1, 2}));
    const auto known = ordered.insert(2, 1);
    CHECK(known.outcome == lynchpin::inserted::known && known.circle.empty());
    CHECK(ordered.remove(1, 0) && !ordered.remove(1, 0) && ordered.push_node() == 3);
    CHECK(ordered.insert(0, 2).outcome == lynchpin::inserted::added);
    CHECK(ordered.insert(1, 3).outcome == lynchpin::inserted::added);
    const auto order = ordered.order();
    CHECK(order.all().copy() == (list{3, 1, 2, 0}));
    CHECK(ordered.place_of(3) < ordered.place_of(1) && ordered.place_of(9) == 0);
    const auto edges = ordered.to_edges();
    CHECK(edges.nodes() == 4 && edges.count() == 3 && edges.earlier(0).copy() == list{2});
    CHECK(status_of([&] { ordered.insert(4, 0); }) == status::number_out_of_range);
    CHECK(status_of([&] { ordered.remove(0, 4); }) == status::number_out_of_range);
    const lynchpin::edges circle(2, list{0, 1}, list{1, 0});
    CHECK(status_of([&] { lynchpin::ordered_edges{circle}; }) == status::bad_argument);
}

void refusals(const lynchpin::edges &edges) {
    CHECK(status_of([] { lynchpin::edges(8, later, list{0}); }) == status::bad_argument);
    CHECK(status_of([] { lynchpin::edges(6, later, earlier); }) == status::number_out_of_range);
    const lynchpin::numbers nowhere(nullptr, 1);
    CHECK(status_of([&] { lynchpin::edges(6, nowhere, nowhere); }) == status::bad_argument);
    CHECK(status_of([] { lynchpin::edges(UINT32_MAX, {}, {}); }) == status::limit_exceeded);
    const std::vector<std::uint64_t> none, large(8, UINT64_MAX);
    CHECK(status_of([&] { edges.schedule(none); }) == status::bad_argument);
    CHECK(status_of([&] { edges.schedule(large); }) == status::number_out_of_range);
    const list beyond{8};
    CHECK(status_of([&] { edges.downstream(beyond); }) == status::number_out_of_range);
    CHECK(status_of([&] { edges.upstream(beyond); }) == status::number_out_of_range);
    CHECK(status_of([&] { edges.downstream_counts(beyond); }) == status::number_out_of_range);
    lynchpin::edges moved(1, {}, {});
    const auto taken = std::move(moved);
    CHECK(taken.nodes() == 1 && taken.schedule().wave_count() == 1);
    CHECK(status_of([&] { moved.nodes(); }) == status::bad_argument);
}

// A ladder: node i waits for i - 2 and for i - 3, so that two more can always ship.
void many() {
    constexpr std::uint32_t nodes = 100000;
    list ends, begins;
    for (std::uint32_t node = 2; node < nodes; ++node) {
        for (std::uint32_t step = 2; step <= 3 && step <= node; ++step) {
            ends.push_back(node);
            begins.push_back(node - step);
        }
    }
    const lynchpin::edges edges(nodes, ends, begins);
    const auto schedule = edges.schedule();
    CHECK(schedule.wave_count() == nodes / 2);
    std::uint32_t node = 0, wrong = 0;
    for (const auto wave : schedule.wave_of()) {
        wrong += wave != node / 2 + 1 ? 1 : 0;
        ++node;
    }
    CHECK(node == nodes && wrong == 0);
    CHECK(edges.downstream(list{0}).size() == nodes - 2);
    CHECK(status_of([&] { edges.reduction(); }) == status::limit_exceeded);
}

} // namespace

int main() {
    try {
        const lynchpin::edges edges(8, later, earlier);
        answers(edges);
        refusals(edges);
        one_at_a_time();
        many();
    } catch (const std::exception &error) {
        std::cerr << "threw: " << error.what() << '\n';
        ++failures;
    }
    if (failures == 0) {
        std::cout << "cpp: edges passed\n";
    }
    return failures == 0 ? 0 : 1;
}
