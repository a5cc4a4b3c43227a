// A ledger: append what is known, enter production if it may, keep the proof.
//
//     c++ -std=c++17 ledger.cpp $(pkg-config --cflags --libs lynchpin) -o ledger && ./ledger
//
// Without a path it works on a file of its own, which it removes.
#include <cstdio>
#include <iostream>
#include <string>

#include "lynchpin.hpp"
#include "release.h"

using lynchpin::subject;

/// The value of a text field of a document, whose line breaks are written as `\n`.
static std::string field(const std::string &document, const std::string &name) {
    const auto begin = document.find("\"" + name + "\":\"") + name.size() + 4;
    auto text = document.substr(begin, document.find('"', begin) - begin);
    for (std::size_t at = 0; (at = text.find("\\n", at)) != std::string::npos; ++at) {
        text.replace(at, 2, "\n");
    }
    return text;
}

static bool enter(const std::string &path) {
    lynchpin::ledger_options options;
    options.secret.emplace().fill(7); // 32 bytes from a good source of randomness, kept secret
    options.anchor = [](std::string_view checkpoint) { std::cout << checkpoint; };
    const auto clock = lynchpin::parse_instant("2026-11-03T10:00:00Z");
    lynchpin::claim_terms terms;
    terms.stage = "production";

    auto ledger = lynchpin::ledger::create(path, "acme.example/releases", options);
    ledger.set_policy(policy);
    ledger.append(portfolio, clock);
    const auto reply = ledger.claim(subject::release("R-11"), clock, "mei", terms, "ship-R-11");
    std::cout << reply << '\n';

    const auto key = field(ledger.request(R"({"head": {}})"), "key");
    const auto receipt = field(ledger.request(R"({"receipt": {"sequence": 1}})"), "receipt");
    // Anywhere else, without the ledger:
    const auto proved = lynchpin::prove_receipt(receipt, key);
    std::cout << proved << '\n';
    return reply.rfind("{\"claimed\":", 0) == 0;
}

int main(int count, char **arguments) {
    const std::string own = "example-cpp.ledger";
    int ended = 2;
    try {
        ended = enter(count > 1 ? arguments[1] : own) ? 0 : 1;
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
    }
    if (count < 2) {
        (void)std::remove(own.c_str());
    }
    return ended;
}
