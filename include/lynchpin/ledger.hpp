// Facts that are kept, decided on and proved. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_LEDGER_HPP
#define LYNCHPIN_LEDGER_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "engine.hpp"
#include "internal.hpp"
#include "question.hpp"

namespace lynchpin {

/// An ed25519 signature.
using signature = std::array<std::uint8_t, 64>;

/// How a ledger is opened: what is left out is not said.
///
/// A signer and an anchor are called while a call on the ledger runs. They must not use that
/// ledger, which throws `status::reentrant`. What they throw comes out of the call on the ledger if
/// that fails through it; facts that were appended already stay, and the reply says that they are
/// `unsigned`.
struct ledger_options {
    /// 32 random bytes that nobody else knows, by which checkpoints are signed.
    std::optional<std::array<std::uint8_t, 32>> secret = {};
    std::string key = {};   ///< the public key, `name+id+key`, that checkpoints are checked by
    std::string since = {}; ///< the last checkpoint that the host kept: it must go on from there
    /// Signs in place of a secret, such as in a hardware module; `key` says for which key.
    std::function<signature(std::string_view text)> signer = {};
    /// Passes each signed checkpoint on, to where nobody who can change the ledger can change it.
    std::function<void(std::string_view checkpoint)> anchor = {};
};

/// What became of facts that were to be appended.
struct appended {
    bool conflict = false;   ///< something came in between, and nothing was appended
    std::uint64_t from = 0;  ///< in a conflict, the place of the first entry in between
    std::uint64_t size = 0;  ///< how many entries the ledger has now
    std::uint64_t added = 0; ///< how many facts are new; the others were there already
    std::optional<instant> recorded; ///< when they were recorded; unset in a conflict
};

namespace internal {

/// The functions of the host, as C calls them. What they throw waits here until C is left, which is
/// in the same thread.
struct callbacks {
    std::function<signature(std::string_view)> signer;    ///< what signs
    std::function<void(std::string_view)> anchor;         ///< what passes on
    std::mutex lock;                                      ///< of what was thrown
    std::map<std::thread::id, std::exception_ptr> thrown; ///< by which thread

    /// What was thrown in this thread, and from now on no longer waits.
    std::exception_ptr take() {
        const std::lock_guard<std::mutex> held(lock);
        const auto own = thrown.find(std::this_thread::get_id());
        if (own == thrown.end()) {
            return nullptr;
        }
        auto found = own->second;
        thrown.erase(own);
        return found;
    }

    /// Whether a call threw, as C says it.
    template <class Call> std::int32_t run(Call call) noexcept {
        try {
            call();
            return 0;
        } catch (...) {
            const std::lock_guard<std::mutex> held(lock);
            thrown[std::this_thread::get_id()] = std::current_exception();
            return 1;
        }
    }

    /// The signer, for C.
    static std::int32_t sign(void *data, const char *text, std::size_t len, std::uint8_t *out) {
        auto &self = *static_cast<callbacks *>(data);
        return self.run([&] {
            const auto made = self.signer(std::string_view(text, len));
            std::copy(made.begin(), made.end(), out);
        });
    }

    /// The anchor, for C.
    static std::int32_t pass_on(void *data, const char *checkpoint, std::size_t len) {
        auto &self = *static_cast<callbacks *>(data);
        return self.run([&] { self.anchor(std::string_view(checkpoint, len)); });
    }
};

/// A ledger with the functions that it calls, which outlive it.
class opened {
public:
    /// Opens one by a call that is given the options of C.
    template <class Open> opened(const ledger_options &said, Open open) {
        auto options = view<lp_ledger_options>();
        options.secret = said.secret ? said.secret->data() : nullptr;
        options.key = lend(said.key);
        options.since = lend(said.since);
        if (said.signer) {
            options.signer = callbacks::sign;
            options.signer_data = functions_.get();
            functions_->signer = said.signer;
        }
        if (said.anchor) {
            options.anchor = callbacks::pass_on;
            options.anchor_data = functions_.get();
            functions_->anchor = said.anchor;
        }
        ledger_.reset(run([&] {
            return make<lp_ledger>(
                [&](auto **out, auto **error) { return open(&options, out, error); });
        }));
    }

    /// Makes a call with the ledger; what a function of the host's threw is the reason it failed.
    template <class Call> auto with(Call call) {
        if (ledger_ == nullptr || functions_ == nullptr) {
            refuse(status::bad_argument, "the ledger was moved from: use the one it was moved to");
        }
        return run([&] { return call(ledger_.get()); });
    }

private:
    template <class Call> auto run(Call call) {
        functions_->take();
        try {
            return call();
        } catch (const error &) {
            if (const auto thrown = functions_->take()) {
                std::rethrow_exception(thrown);
            }
            throw;
        }
    }

    struct deleter {
        void operator()(lp_ledger *ledger) const noexcept { lp_ledger_free(ledger); }
    };
    // Before the ledger, so that they are freed after it.
    std::unique_ptr<callbacks> functions_ = std::make_unique<callbacks>();
    std::unique_ptr<lp_ledger, deleter> ledger_;
};

} // namespace internal

/// Facts in the order in which they were accepted, and decisions on exactly what stands there.
///
///     auto ledger = lynchpin::ledger::create(path, "acme.example/releases", options);
///     ledger.set_policy(policy);
///     ledger.append(portfolio, clock);
///     const auto reply = ledger.claim(subject::release("R-11"), clock, "mei", terms, "ship-R-11");
///
/// Any number of threads may use one, and take turns; many processes may have one file open. After
/// a fork the child opens it anew. A `clock` is what the host's clock says: the ledger reads none.
class ledger {
public:
    /// Begins a ledger of that name in a file, or opens the one that is there.
    static ledger create(std::string_view path, std::string_view origin,
                         const ledger_options &options = {}) {
        return ledger(internal::opened(options, [&](const auto *said, auto **out, auto **error) {
            return lp_ledger_create(internal::lend(path), internal::lend(origin), said, out, error);
        }));
    }

    /// Opens a ledger that is there. Its newest checkpoint is checked and all that came since.
    static ledger open(std::string_view path, const ledger_options &options = {}) {
        return ledger(internal::opened(options, [&](const auto *said, auto **out, auto **error) {
            return lp_ledger_open(internal::lend(path), said, out, error);
        }));
    }

    /// Begins a ledger in memory, for tests and for trying out: it is gone when it is destroyed.
    static ledger in_memory(std::string_view origin, const ledger_options &options = {}) {
        return ledger(internal::opened(options, [&](const auto *said, auto **out, auto **error) {
            return lp_ledger_in_memory(internal::lend(origin), said, out, error);
        }));
    }

    /// Does anything that a ledger does: JSON in, JSON out, the same bytes in every language.
    /// `lp_ledger_request` says how a request looks.
    std::string request(std::string_view request_json) {
        return opened_.with([&](lp_ledger *it) {
            return internal::document([&](auto *out, auto **error) {
                return lp_ledger_request(it, internal::lend(request_json), out, error);
            });
        });
    }

    /// Appends the facts of a portfolio document, all or none; wherever the ledger ends or, if a
    /// size is given, only if it has that size yet.
    template <class Duration>
    lynchpin::appended append(std::string_view portfolio_json,
                              internal::time_point<Duration> clock,
                              std::optional<std::uint64_t> decided_on = {}) {
        const auto micros = internal::micros(clock);
        auto out = internal::view<lp_appended>();
        opened_.with([&](lp_ledger *it) {
            internal::outcome ended;
            ended.check(lp_ledger_append(it, internal::lend(portfolio_json),
                                         decided_on.value_or(LP_ANY_SIZE), micros, &out,
                                         ended.out()));
        });
        lynchpin::appended found{out.conflict, out.from, out.size, out.added, {}};
        if (!out.conflict) {
            found.recorded = internal::point(out.recorded);
        }
        return found;
    }

    /// Decides on all that is recorded, and records the decision: the document `decided`.
    template <class Duration>
    std::string decide(const subject &about, internal::time_point<Duration> clock,
                       std::string_view by, std::string_view stage = {},
                       detail how_much = detail::unmet) {
        return request(internal::question("decide")
                           .with("subject", about)
                           .with("stage", stage)
                           .with("by", by)
                           .with("clock", clock)
                           .with("detail", internal::word(how_much))
                           .text());
    }

    /// Enters a stage if it is a go, while nobody else can append: the document `claimed`, with its
    /// receipt, or `refused`, with the decision. Under an id it is made once, however often asked.
    template <class Duration>
    std::string claim(const subject &about, internal::time_point<Duration> clock,
                      std::string_view by, const claim_terms &terms = {},
                      std::string_view id = {}) {
        return request(internal::question("claim")
                           .with("subject", about)
                           .with("stage", terms.stage)
                           .with("by", by)
                           .with("via", terms.via)
                           .with("digest", terms.digest)
                           .with("expires", terms.expires)
                           .with("not_after", terms.not_after)
                           .with("id", id)
                           .with("clock", clock)
                           .with("detail", internal::word(terms.how_much))
                           .text());
    }

    /// Sets the policy (TOML) that answers where the ledger adopts none. It is not kept.
    void set_policy(std::string_view policy_toml) {
        opened_.with([&](lp_ledger *it) {
            internal::outcome ended;
            ended.check(lp_ledger_set_policy(it, internal::lend(policy_toml), ended.out()));
        });
    }

    /// All that is recorded, also by others, to be asked. What it decides is not recorded.
    lynchpin::snapshot snapshot() {
        return lynchpin::snapshot(opened_.with([](lp_ledger *it) {
            return internal::make<lp_snapshot>(
                [&](auto **out, auto **error) { return lp_ledger_snapshot(it, out, error); });
        }));
    }

private:
    explicit ledger(internal::opened opened) : opened_(std::move(opened)) {}
    internal::opened opened_;
};

/// Checks a receipt, without the ledger: `entry` and `checkpoint`, as a document. Throws if the
/// ledger of that key (`name+id+key`) does not hold what it says.
///
///     const auto proved = lynchpin::prove_receipt(receipt, key);
inline std::string prove_receipt(std::string_view receipt, std::string_view key) {
    return internal::document([&](auto *out, auto **error) {
        return lp_receipt_prove(internal::lend(receipt), internal::lend(key), out, error);
    });
}

} // namespace lynchpin

#endif
