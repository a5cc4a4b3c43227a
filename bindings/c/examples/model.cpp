// A risk model that is fitted to what became of earlier changes, and what it says of them.
//
//     c++ -std=c++17 model.cpp $(pkg-config --cflags --libs lynchpin) -o model && ./model
//
// Ends with 1, since some of these changes are more likely to fail than not.
#include <algorithm>
#include <iostream>
#include <vector>

#include "lynchpin.hpp"

int main() {
    try {
        const std::vector<double> lines{3, 900, 12, 40, 700, 2, 350, 8};
        const std::vector<bool> failed{false, true, false, false, true, false, false, true};
        using lynchpin::column, lynchpin::transform, lynchpin::bend;
        const std::vector<column> columns{{"lines", lines, transform::log, bend::rising}};
        const auto model = lynchpin::model::fit(columns, failed);
        for (const auto probability : model.score(columns).probabilities) {
            std::cout << probability / 10000000 << " %\n";
        }
        std::cout << model.digest() << ", of " << model.changes() << " changes\n";
        for (const auto &term : model.terms()) {
            std::cout << term.name << ' ' << term.weight << " give or take " << term.error << '\n';
        }
        const auto two = lynchpin::ask_risk(R"({"joint": {"said": [100000000, 200000000]}})");
        std::cout << two << '\n';
        const auto said = model.score(columns).probabilities;
        return *std::max_element(said.begin(), said.end()) > 500000000 ? 1 : 0;
    } catch (const lynchpin::error &error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
