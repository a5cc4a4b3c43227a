// The graphs of `cargo xtask figures plan`, ordered by the compressed sparse row graph of Boost.
//
// It is told a file of edges and then does what it is told line by line: `order`, `components` or
// `downstream`. Of each it prints the seconds of a processor that it took and a number that whoever
// does the same must come to as well.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property,
                                                 boost::no_property, boost::no_property,
                                                 std::uint32_t, std::uint32_t>;
using Edges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

static const std::uint32_t FOLLOWED = 1000;

static double processor() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

static Graph build(std::uint32_t nodes, const Edges &edges) {
    return Graph(boost::edges_are_unsorted_multi_pass, edges.begin(), edges.end(), nodes);
}

// Builds the graph, puts its nodes into waves and finds the longest chain.
static std::uint64_t order(std::uint32_t nodes, const Edges &edges) {
    const Graph graph = build(nodes, edges);
    std::vector<std::uint32_t> waiting(nodes), wave(nodes), open;
    open.reserve(nodes);
    for (std::uint32_t node = 0; node < nodes; ++node)
        for (auto its = adjacent_vertices(node, graph); its.first != its.second; ++its.first)
            ++waiting[*its.first];
    for (std::uint32_t node = 0; node < nodes; ++node)
        if (waiting[node] == 0) {
            wave[node] = 1;
            open.push_back(node);
        }
    for (std::size_t next = 0; next < open.size(); ++next) {
        const std::uint32_t node = open[next];
        for (auto its = adjacent_vertices(node, graph); its.first != its.second; ++its.first) {
            const std::uint32_t later = *its.first;
            wave[later] = std::max(wave[later], wave[node] + 1);
            if (--waiting[later] == 0)
                open.push_back(later);
        }
    }
    std::vector<std::uint32_t> sorted;
    sorted.reserve(nodes);
    topological_sort(graph, std::back_inserter(sorted));
    std::vector<std::uint64_t> sums(nodes);
    std::uint64_t longest = 0, number = 0;
    for (auto it = sorted.rbegin(); it != sorted.rend(); ++it) {
        const std::uint64_t sum = sums[*it] += *it % 7 + 1;
        longest = std::max(longest, sum);
        for (auto its = adjacent_vertices(*it, graph); its.first != its.second; ++its.first)
            sums[*its.first] = std::max(sums[*its.first], sum);
    }
    for (std::uint32_t it : wave)
        number += it;
    return number + longest;
}

static std::uint64_t components(const Graph &graph) {
    std::vector<std::uint32_t> component(num_vertices(graph));
    return std::uint64_t(boost::strong_components(
        graph, boost::make_iterator_property_map(component.begin(),
                                                 get(boost::vertex_index, graph))));
}

// How many nodes are downstream of each of some.
static std::uint64_t downstream(const Graph &graph) {
    const std::uint64_t nodes = num_vertices(graph);
    std::vector<std::uint32_t> seen(nodes), open;
    std::uint64_t total = 0;
    for (std::uint32_t mark = 1; mark <= FOLLOWED; ++mark) {
        const auto start = std::uint32_t((mark - 1) * nodes / FOLLOWED);
        seen[start] = mark;
        open.push_back(start);
        while (!open.empty()) {
            const std::uint32_t node = open.back();
            open.pop_back();
            for (auto its = adjacent_vertices(node, graph); its.first != its.second; ++its.first)
                if (seen[*its.first] != mark) {
                    seen[*its.first] = mark;
                    ++total;
                    open.push_back(*its.first);
                }
        }
    }
    return total;
}

int main(int count, char **words) {
    if (count != 2)
        return 2;
    std::FILE *file = std::fopen(words[1], "rb");
    std::uint32_t sizes[2];
    if (!file || std::fread(sizes, 4, 2, file) != 2)
        return 2;
    std::vector<std::uint32_t> later(sizes[1]), earlier(sizes[1]);
    if (std::fread(later.data(), 4, sizes[1], file) != sizes[1] ||
        std::fread(earlier.data(), 4, sizes[1], file) != sizes[1])
        return 2;
    std::fclose(file);
    Edges edges(sizes[1]);
    for (std::uint32_t at = 0; at < sizes[1]; ++at)
        edges[at] = {earlier[at], later[at]};
    const Graph graph = build(sizes[0], edges);
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        const double start = processor();
        std::uint64_t number = 0;
        if (line == "order")
            number = order(sizes[0], edges);
        else if (line == "components")
            number = components(graph);
        else if (line == "downstream")
            number = downstream(graph);
        else
            return 2;
        std::cout << processor() - start << ' ' << number << std::endl;
    }
}
