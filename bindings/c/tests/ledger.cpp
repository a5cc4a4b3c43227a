// The C++ ledger, used as meant and as not meant.
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "lynchpin.hpp"
#include "sample.h"

namespace {

using lynchpin::status;
using lynchpin::subject;

const lynchpin::instant at{std::chrono::microseconds(SAMPLE_AT)};
const char *const origin = "acme.example/releases";

static_assert(!std::is_copy_constructible_v<lynchpin::ledger>);
static_assert(std::is_nothrow_move_constructible_v<lynchpin::ledger>);
static_assert(!std::is_default_constructible_v<lynchpin::ledger>);

lynchpin::ledger_options with_secret() {
    lynchpin::ledger_options options;
    options.secret.emplace().fill(7);
    return options;
}

template <class Body> status status_of(Body body) {
    try {
        body();
    } catch (const lynchpin::error &error) {
        return error.status();
    }
    return status::ok;
}

bool begins(const std::string &text, const std::string &with) { return text.rfind(with, 0) == 0; }

std::string field(const std::string &document, const std::string &name) {
    const auto begin = document.find("\"" + name + "\":\"") + name.size() + 4;
    return document.substr(begin, document.find('"', begin) - begin);
}

void appends_and_claims() {
    auto ledger = lynchpin::ledger::in_memory(origin, with_secret());
    ledger.set_policy(SAMPLE_POLICY);
    const auto first = ledger.append(SAMPLE_PORTFOLIO, at, 0);
    CHECK(!first.conflict && first.added == 19 && first.size == 19 && first.recorded == at);
    CHECK(ledger.append(SAMPLE_PORTFOLIO, at).added == 0);
    const auto conflict = ledger.append(LATE_PORTFOLIO, at, 18);
    CHECK(conflict.conflict && conflict.from == 19 && conflict.size == 19);
    CHECK(!conflict.recorded);
    CHECK(ledger.snapshot().decide(subject::change("C-6"), at, "staging").is_go());

    lynchpin::claim_terms terms;
    terms.stage = "staging";
    const auto claimed = ledger.claim(subject::change("C-6"), at, "raj", terms, "ship-C-6");
    CHECK(begins(claimed, "{\"claimed\":{\"claim\":{"));
    CHECK(ledger.claim(subject::change("C-6"), at, "raj", terms, "ship-C-6") == claimed);
    terms.stage = "production";
    CHECK(begins(ledger.claim(subject::change("C-6"), at, "raj", terms), "{\"refused\":{"));
    const auto decided = ledger.decide(subject::change("C-6"), at, "raj", "production");
    CHECK(begins(decided, "{\"decided\":{\"decision\":{\"verdict\":\"needs_action\""));
    CHECK(status_of([&] { (void)ledger.request("{}"); }) == status::syntax);
    CHECK(status_of([&] { ledger.set_policy("name = 7"); }) == status::wrong_type);
    CHECK(status_of([&] { ledger.append("", at); }) == status::syntax);

    auto moved = std::move(ledger);
    CHECK(begins(moved.request(R"({"head": {}})"), "{\"head\":{\"origin\":"));
    CHECK(status_of([&] { (void)ledger.snapshot(); }) == status::bad_argument);
    CHECK(status_of([] { (void)lynchpin::prove_receipt("", ""); }) == status::key_malformed);
}

/// What functions of the host throw comes out where they were called from.
void hosts_throw() {
    auto options = with_secret();
    std::vector<std::string> kept;
    bool refuse = false;
    options.anchor = [&](std::string_view checkpoint) {
        kept.emplace_back(checkpoint);
        if (refuse) {
            throw std::runtime_error("the witness is away");
        }
    };
    auto ledger = lynchpin::ledger::in_memory(origin, options);
    const auto request = [&] { return ledger.request(R"({"checkpoint": {}})"); };
    CHECK(begins(request(), "{\"checkpoint\":\"acme.example/releases\\n0\\n"));
    refuse = true;
    std::string said;
    try {
        (void)request();
    } catch (const std::runtime_error &error) {
        said = error.what();
    }
    CHECK(said == "the witness is away" && kept.size() == 2);

    // What is appended stays, and the reply says why it is not signed.
    ledger.set_policy("name = \"acme\"\nopen = [\"staging\"]");
    (void)ledger.append(SAMPLE_PORTFOLIO, at);
    lynchpin::claim_terms terms;
    terms.stage = "staging";
    CHECK(begins(ledger.claim(subject::change("C-6"), at, "raj", terms), "{\"claimed\":{"));
    refuse = false;
    CHECK(status_of([&] { (void)ledger.request("{}"); }) == status::syntax);
}

/// A signer that calls back is told, and a call that fails through it throws what it threw.
void hosts_call_back() {
    const auto key = field(
        lynchpin::ledger::in_memory(origin, with_secret()).request(R"({"head": {}})"), "key");
    lynchpin::ledger *self = nullptr;
    lynchpin::ledger_options options;
    options.key = key;
    options.signer = [&](std::string_view) -> lynchpin::signature {
        (void)self->request(R"({"head": {}})");
        return {};
    };
    auto ledger = lynchpin::ledger::in_memory(origin, options);
    self = &ledger;
    const auto request = [&] { (void)ledger.request(R"({"checkpoint": {}})"); };
    CHECK(status_of(request) == status::reentrant);
    options.key.clear();
    CHECK(status_of([&] { (void)lynchpin::ledger::in_memory(origin, options); })
          == status::key_malformed);
    options.key = key;
    options.signer = [](std::string_view) { return lynchpin::signature{}; };
    auto wrong = lynchpin::ledger::in_memory(origin, options);
    CHECK(status_of([&] { (void)wrong.request(R"({"checkpoint": {}})"); })
          == status::checkpoint_invalid);
}

void threads() {
    auto ledger = lynchpin::ledger::in_memory(origin);
    std::vector<std::thread> running;
    for (int number = 0; number < 4; ++number) {
        running.emplace_back([&ledger, number] {
            for (int i = 0; i < 8; ++i) {
                const auto id = std::to_string(number) + "x" + std::to_string(i);
                (void)ledger.append(R"({"lynchpin": "portfolio/1", "services": [{"id": "s)" + id
                                        + "\"}]}",
                                    at);
                (void)ledger.snapshot();
            }
        });
    }
    for (auto &thread : running) {
        thread.join();
    }
    CHECK(ledger.request(R"({"head": {}})").find("\"size\":32,") != std::string::npos);
}

} // namespace

int main() {
    try {
        appends_and_claims();
        hosts_throw();
        hosts_call_back();
        threads();
    } catch (const std::exception &error) {
        std::cerr << "threw: " << error.what() << '\n';
        ++failures;
    }
    if (failures == 0) {
        std::cout << "cpp: ledger passed\n";
    }
    return failures == 0 ? 0 : 1;
}
