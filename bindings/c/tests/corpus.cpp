// Runs the cases that all languages share; see corpus.c for how they are laid out.
#include <cstdio>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "lynchpin.hpp"

namespace {

/// How many numbered ways around a gate there are.
constexpr unsigned WAYS = 54;

unsigned failures = 0;
std::set<unsigned> tried;

void fail(const std::string &what) {
    std::cerr << what << '\n';
    ++failures;
}

std::optional<std::string> read(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string need(const std::string &path) {
    auto text = read(path);
    if (!text) {
        throw std::runtime_error(path + " cannot be read");
    }
    return *std::move(text);
}

/// Whether an error of that status is what the case wants.
void check(const std::string &where, const lynchpin::error &error, lynchpin::status wanted) {
    if (error.status() != wanted) {
        fail(where + ": " + lynchpin::status_name(error.status()) + ", expected "
             + lynchpin::status_name(wanted) + ": " + error.what());
    }
    if (error.problems().empty() || error.problems().front().code != error.status()) {
        fail(where + ": the first problem has another status than the error");
    }
}

lynchpin::status status(const std::string &path) {
    return static_cast<lynchpin::status>(std::stoul(need(path)));
}

/// What answers the questions of a case.
using asker = std::function<std::string(const std::string &)>;

/// A ledger of the name and the secret that all languages have, on a checkpoint.
asker open_ledger(const std::string &folder, const std::string &since) {
    lynchpin::ledger_options options;
    options.secret.emplace().fill(7);
    options.since = since;
    auto ledger = std::make_shared<lynchpin::ledger>(
        lynchpin::ledger::in_memory("acme.example/releases", options));
    if (const auto policy = read(folder + "/policy.toml")) {
        ledger->set_policy(*policy);
    }
    return [ledger](const std::string &request) { return ledger->request(request); };
}

asker load(const std::string &folder) {
    if (const auto since = read(folder + "/ledger.txt")) {
        return open_ledger(folder, *since);
    }
    lynchpin::engine engine;
    engine.load(need(folder + "/portfolio.json"));
    if (const auto policy = read(folder + "/policy.toml")) {
        engine.set_policy(*policy);
    }
    auto snapshot = std::make_shared<lynchpin::snapshot>(engine.snapshot());
    return [snapshot](const std::string &question) { return snapshot->ask(question); };
}

/// The answer to one question, or what one receipt proves.
std::string answer_to(const std::string &stem, const asker &ask) {
    if (const auto receipt = read(stem + ".receipt.txt")) {
        return lynchpin::prove_receipt(*receipt, need(stem + ".key.txt"));
    }
    return ask(need(stem + ".question.json"));
}

void run(const std::string &folder, const std::string &name, unsigned questions) {
    if (questions == 0) {
        const auto wanted = status(folder + "/00.status");
        try {
            (void)load(folder);
            fail(name + ": was taken");
        } catch (const lynchpin::error &error) {
            check(name, error, wanted);
        }
        return;
    }
    const auto ask = load(folder);
    for (unsigned number = 0; number < questions; ++number) {
        std::ostringstream stem;
        stem << folder << '/' << std::setw(2) << std::setfill('0') << number;
        const auto where = name + ": question " + std::to_string(number);
        const auto wanted = status(stem.str() + ".status");
        const auto expected = need(stem.str() + ".answer.json");
        try {
            const auto answer = answer_to(stem.str(), ask);
            if (wanted != lynchpin::status::ok) {
                fail(where + ": was answered");
            } else if (answer != expected) {
                fail(where + ": another answer:\n" + answer);
            }
        } catch (const lynchpin::error &error) {
            check(where, error, wanted);
        }
    }
}

/// Keeps which way around a gate a case tries.
void note_way(const std::string &name) {
    unsigned way = 0;
    if (std::sscanf(name.c_str(), "A%2u", &way) == 1) {
        tried.insert(way);
    }
}

/// Tells which ways around a gate were tried; each has to be.
void tell_ways() {
    std::cout << "cpp: ways around a gate:";
    for (const auto way : tried) {
        std::cout << ' ' << way;
    }
    std::cout << '\n';
    if (tried.size() != WAYS || *tried.begin() != 1 || *tried.rbegin() != WAYS) {
        fail("not every way around a gate is tried");
    }
}

} // namespace

int main(int count, char **arguments) {
    if (count != 2) {
        std::cerr << "usage: " << arguments[0] << " FOLDER\n";
        return 2;
    }
    const std::string folder = arguments[1];
    std::ifstream index(folder + "/index.txt");
    if (!index) {
        std::cerr << folder << "/index.txt cannot be read\n";
        return 2;
    }
    unsigned cases = 0;
    unsigned questions = 0;
    for (std::string name; index >> name >> questions;) {
        try {
            run(folder + "/" + name, name, questions);
            note_way(name);
        } catch (const std::exception &error) {
            fail(name + ": " + error.what());
        }
        ++cases;
    }
    if (cases == 0 || !index.eof()) {
        fail("no case was run, or index.txt is not what it should be");
    }
    tell_ways();
    if (failures > 0) {
        std::cerr << "cpp: corpus: " << failures << " failures\n";
        return 1;
    }
    std::cout << "cpp: corpus " << cases << " passed\n";
    return 0;
}
