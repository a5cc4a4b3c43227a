// Plain edges, as a build system or a portfolio has them by the million: in which waves do the
// nodes ship, and which of them wait for each other? And when one edge more comes: may it?
//
//     c++ -std=c++17 edges.cpp $(pkg-config --cflags --libs lynchpin) -o edges && ./edges
//
// Ends with 1, since two of these nodes do.
#include <cstdint>
#include <iostream>
#include <vector>

#include "lynchpin.hpp"

using list = std::vector<std::uint32_t>;

int main() {
    try {
        // 1 waits for 0, 2 for 1 and for 0; 4 and 5 wait for each other.
        const std::vector<std::uint32_t> later{1, 2, 2, 4, 5}, earlier{0, 1, 0, 5, 4};
        const lynchpin::edges edges(6, later, earlier);
        const auto schedule = edges.schedule();
        for (std::uint32_t wave = 1; wave <= schedule.wave_count(); ++wave) {
            std::cout << "wave " << wave << ": " << schedule.wave(wave).size() << " nodes\n";
        }
        lynchpin::ordered_edges ordered(lynchpin::edges(3, list{1, 2}, list{0, 1}));
        const auto insertion = ordered.insert(0, 2);
        if (insertion.outcome == lynchpin::inserted::refused) {
            std::cout << "that would close a circle of " << insertion.circle.size() << " nodes\n";
        }
        const auto components = edges.components();
        for (const auto component : components.cycles()) {
            for (const auto node : components.members(component)) {
                std::cout << node << " waits in a circle\n";
            }
        }
        return components.cycles().empty() ? 0 : 1;
    } catch (const lynchpin::error &error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
