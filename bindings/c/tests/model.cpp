// Fitted risk models through the C++ classes, used as meant and as not meant.
#include <cmath>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lynchpin.hpp"
#include "sample.h"

namespace {

using lynchpin::bend;
using lynchpin::column;
using lynchpin::model;
using lynchpin::status;
using lynchpin::transform;

static_assert(!std::is_copy_constructible_v<model>);
static_assert(std::is_nothrow_move_constructible_v<model>);
static_assert(!std::is_constructible_v<column, const char *, std::vector<int>>);

constexpr std::size_t features = 4;
std::vector<double> values[features];
std::vector<bool> failed;

// A file of the invented history that every language fits a model to; programs run in the folder of
// the checkout. See tests/tests/model_faces.rs.
std::ifstream open(const std::string &name) {
    std::ifstream file("tests/model/" + name, std::ios::binary);
    CHECK(file.good());
    return file;
}

std::string content(const std::string &name) {
    auto file = open(name);
    return {std::istreambuf_iterator<char>(file), {}};
}

void read_history() {
    auto file = open("history.txt");
    std::string words[features + 1];
    while (file >> words[0] >> words[1] >> words[2] >> words[3] >> words[4]) {
        for (std::size_t i = 0; i < features; ++i) {
            values[i].push_back(std::stod(words[i]));
        }
        failed.push_back(words[features] == "1");
    }
    CHECK(failed.size() == 240);
}

template <class Values> std::vector<column> columns(const Values *of) {
    return {{"lines", of[0], transform::log, bend::rising},
            {"hours", of[1]},
            {"earlier", of[2], transform::log, bend::straight},
            {"services", of[3], transform::plain, bend::free}};
}

lynchpin::fit sample_fit() {
    lynchpin::fit how;
    how.strength = 2;
    how.half_life = 200;
    how.rounds = 60;
    how.pairs = 2;
    return how;
}

template <class Body> status status_of(Body body) {
    try {
        body();
    } catch (const lynchpin::error &error) {
        CHECK(!error.problems().empty() && error.problems()[0].message.size() > 20);
        return error.status();
    }
    return status::ok;
}

void the_bytes_are_those_of_every_language(const model &fitted) {
    CHECK(fitted.json() == content("model.json"));
    std::vector<double> half[features];
    for (std::size_t i = 0; i < features; ++i) {
        half[i].assign(values[i].begin() + 120, values[i].end());
    }
    const std::vector<bool> rest(failed.begin() + 120, failed.end());
    lynchpin::fit how;
    const auto before = model::fit(columns(values), failed, how);
    how.prior = &before;
    CHECK(model::fit(columns(half), rest, how).json() == content("next.json"));
    const auto again = model::read(fitted.json());
    CHECK(again.json() == fitted.json() && again.digest() == fitted.digest());
    CHECK(fitted.changes() == 240 && fitted.failures() == 43 && fitted.baseline() < 0);
    CHECK(fitted.baseline_error() > 0);
}

void the_scores_are_those_of_every_language(const model &fitted) {
    const auto found = fitted.score(columns(values), true);
    CHECK(found.log_odds.size() == 240 && found.contributions.size() == 6 * 240);
    auto file = open("scores.txt");
    std::size_t wrong = 0;
    for (std::size_t row = 0; row < 240; ++row) {
        std::int64_t number = 0;
        file >> number;
        wrong += number != found.log_odds[row] ? 1U : 0U;
        file >> number;
        wrong += number != found.probabilities[row] ? 1U : 0U;
        for (std::size_t term = 0; term < 6; ++term) {
            file >> number;
            wrong += number != found.contributions[term * 240 + row] ? 1U : 0U;
        }
    }
    CHECK(file.good() && wrong == 0);
    std::vector<std::int64_t> exact[features];
    for (std::size_t i = 0; i < features; ++i) {
        for (const auto value : values[i]) {
            exact[i].push_back(std::isnan(value) ? INT64_MIN : std::llround(value * 1e6));
        }
    }
    const auto same = fitted.score(columns(exact));
    CHECK(same.log_odds == found.log_odds && same.contributions.empty());
    CHECK(fitted.score(columns(exact), false, true).log_odds != found.log_odds);
}

void what_it_is_made_of(const model &fitted) {
    const auto terms = fitted.terms();
    CHECK(terms.size() == features && terms[0].name == "lines" && terms[0].weight > 0);
    CHECK(terms[0].how == transform::log && terms[0].step_count > 1);
    CHECK(terms[2].name == "earlier" && terms[2].step_count == 0);
    const auto pairs = fitted.pairs();
    CHECK(pairs.size() == 2 && !pairs[0].first.empty() && pairs[0].first != pairs[0].second);
    const auto how = lynchpin::fit::additive(1000);
    CHECK(how.half_life == 300U && how.rounds == 400 && how.pairs == 12 && how.strength == 1);
}

void refusals(const model &fitted) {
    const std::vector<bool> none(240, false), few(3, true);
    CHECK(status_of([&] { model::fit(columns(values), none); }) == status::bad_argument);
    CHECK(status_of([&] { model::fit(columns(values), few); }) == status::bad_argument);
    CHECK(status_of([] { model::read("{"); }) == status::syntax);
    CHECK(status_of([] { model::read("[]"); }) == status::bad_argument);
    CHECK(status_of([&] { fitted.score({}); }) == status::bad_argument);
    const std::vector<double> far{std::numeric_limits<double>::infinity()};
    const std::vector<double> one{1};
    const std::vector<column> bent{
        {"lines", far}, {"hours", one}, {"earlier", one}, {"services", one}};
    CHECK(status_of([&] { fitted.score(bent); }) == status::number_out_of_range);
    auto all = columns(values);
    all[1] = column("hours", one);
    CHECK(status_of([&] { fitted.score(all); }) == status::bad_argument);
    auto moved = model::read(fitted.json());
    const auto taken = std::move(moved);
    CHECK(taken.changes() == 240);
    CHECK(status_of([&] { moved.json(); }) == status::bad_argument);
}

void the_answers_are_those_of_every_language() {
    auto file = open("risk.txt");
    std::string question;
    std::string answer;
    int asked = 0;
    while (std::getline(file, question) && std::getline(file, answer)) {
        CHECK(lynchpin::ask_risk(question) == answer);
        ++asked;
    }
    CHECK(asked == 22);
    const auto beyond = [] { lynchpin::ask_risk(R"({"joint": {"said": [1000000001]}})"); };
    CHECK(status_of(beyond) == status::bad_argument);
}

} // namespace

int main() {
    try {
        read_history();
        const auto fitted = model::fit(columns(values), failed, sample_fit());
        the_bytes_are_those_of_every_language(fitted);
        the_scores_are_those_of_every_language(fitted);
        what_it_is_made_of(fitted);
        refusals(fitted);
        the_answers_are_those_of_every_language();
    } catch (const std::exception &error) {
        std::cerr << "threw: " << error.what() << '\n';
        ++failures;
    }
    if (failures == 0) {
        std::cout << "cpp: model passed\n";
    }
    return failures == 0 ? 0 : 1;
}
