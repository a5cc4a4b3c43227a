// Risk models that are fitted to the host's own history. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_MODEL_HPP
#define LYNCHPIN_MODEL_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "internal.hpp"

namespace lynchpin {

/// What is done to the values of a column before they are weighed.
enum class transform : std::uint32_t {
    plain = LP_TRANSFORM_PLAIN, ///< nothing
    log = LP_TRANSFORM_LOG,     ///< the natural logarithm of one more, for counts
};

/// How what a feature adds may run from its smallest value to its largest.
enum class bend : std::uint32_t {
    free = LP_BEND_FREE,         ///< in any way
    straight = LP_BEND_STRAIGHT, ///< as a line only: for what grows for as long as a history does
    rising = LP_BEND_RISING,     ///< never downwards: more of it is never less risky
    falling = LP_BEND_FALLING,   ///< never upwards
};

/// One feature of many changes. Its values are those of a container that somebody else owns and
/// that must live as long: of `double`, in which what is not a number is not known, or of
/// millionths as `std::int64_t`, of which the smallest is not known.
class column {
public:
    /// A column of that name, of values or of millionths.
    template <class Container, class = internal::if_values<Container>>
    column(std::string_view name, const Container &values,
           lynchpin::transform transform = lynchpin::transform::plain,
           lynchpin::bend bend = lynchpin::bend::free)
        : name_(name), transform_(transform), bend_(bend), size_(values.size()) {
        if constexpr (std::is_same_v<decltype(values.data()), const double *>) {
            values_ = values.data();
        } else {
            millionths_ = values.data();
        }
    }

    /// Its name.
    const std::string &name() const noexcept { return name_; }
    /// How many values it has.
    std::size_t size() const noexcept { return size_; }

private:
    friend class model;
    lp_column lend() const noexcept {
        return {internal::lend(name_), internal::number(transform_), internal::number(bend_),
                values_, millionths_};
    }
    std::string name_;
    lynchpin::transform transform_;
    lynchpin::bend bend_;
    std::size_t size_;
    const double *values_ = nullptr;
    const std::int64_t *millionths_ = nullptr;
};

class model; ///< stands below

/// How a model is fitted: at first, of lines alone, which a few hundred changes bear.
struct fit {
    /// How firmly weights are held near zero, or near the prior's: as if so many changes had said
    /// so. 0 stands for 1, which is little.
    std::uint32_t strength = 1;
    /// After how many later changes one counts half; all count alike if there is none.
    std::optional<std::uint32_t> half_life = {};
    std::uint32_t rounds = 0;     ///< how many small trees are added up to steps
    std::uint32_t pairs = 0;      ///< how many pairs of features may have steps of their own
    const model *prior = nullptr; ///< what was known before, which fades as changes come

    /// Lines, steps and pairs, with later changes counting more: for a history of some thousands.
    static fit additive(std::size_t changes) {
        auto it = internal::view<lp_fit>();
        internal::outcome ended;
        ended.check(lp_fit_additive(changes, &it, ended.out()));
        return {it.strength, it.half_life == 0 ? std::nullopt : std::optional(it.half_life),
                it.rounds, it.pairs, nullptr};
    }
};

/// What one feature adds to the log-odds of a change.
struct term {
    std::string name;           ///< the feature
    lynchpin::transform how = lynchpin::transform::plain; ///< what is done to its values first
    std::int64_t weight = 0;    ///< what one unit of the transformed value adds, in billionths
    std::int64_t error = 0;     ///< the standard error of the weight, in billionths
    std::int64_t centre = 0;    ///< the transformed value, in millionths, that adds nothing
    std::int64_t seen_low = 0;  ///< the smallest that was seen; below counts as it
    std::int64_t seen_high = 0; ///< the largest that was seen; above counts as it
    std::size_t step_count = 0; ///< how many steps are added beside the line
};

/// What a model says of some changes.
struct model_scores {
    std::vector<std::int64_t> log_odds;       ///< of each change, in billionths
    std::vector<std::uint32_t> probabilities; ///< of each change, in parts per billion
    /// If asked for: what each term adds for each change, in billionths, all changes for the first
    /// term, then all for the second, and after the terms so for each pair. With the baseline they
    /// add up to the log-odds exactly.
    std::vector<std::int64_t> contributions;
};

/// A risk model that was fitted to a history, or read: terms in whole numbers that add up to the
/// log-odds of a failure. The same history gives the same bytes in every language. Immutable.
///
///     const std::vector<double> lines{3, 900, 12, 40, 700, 2, 350, 8};
///     const std::vector<bool> failed{false, true, false, false, true, false, false, true};
///     using lynchpin::column, lynchpin::transform, lynchpin::bend;
///     const std::vector<column> columns{{"lines", lines, transform::log, bend::rising}};
///     const auto model = lynchpin::model::fit(columns, failed);
///     for (const auto probability : model.score(columns).probabilities) {
///         std::cout << probability / 10000000 << " %\n";
///     }
class model : internal::object<lp_model, lp_model_free> {
public:
    /// Fits a model to columns and to what became of the changes, the oldest first. Throws if not
    /// all are of one length, if two have one name, or if all changes failed, or none.
    static model fit(const std::vector<column> &columns, const std::vector<bool> &failed,
                     const lynchpin::fit &how = {}) {
        const auto lent = lend(columns, failed.size());
        const std::vector<std::uint8_t> outcomes(failed.begin(), failed.end());
        auto said = internal::view<lp_fit>();
        said.strength = how.strength;
        said.half_life = how.half_life.value_or(0);
        said.rounds = how.rounds;
        said.pairs = how.pairs;
        said.prior = how.prior == nullptr ? nullptr : how.prior->get();
        return model(internal::make<lp_model>([&](auto **out, auto **error) {
            return lp_model_fit(lent.data(), lent.size(), outcomes.data(), outcomes.size(), &said,
                                out, error);
        }));
    }
    /// Reads a model from JSON: one of `json()`, or one that another tool exports in this form.
    static model read(std::string_view json) {
        return model(internal::make<lp_model>([&](auto **out, auto **error) {
            return lp_model_read(internal::lend(json), out, error);
        }));
    }

    /// The model as canonical JSON, the same bytes in every language.
    std::string json() const { return internal::copy(whole().json); }
    /// The digest of that, which names the model wherever it was used.
    std::string digest() const { return internal::copy(whole().digest); }
    /// The log-odds of a change of which every feature is as usual, in billionths.
    std::int64_t baseline() const { return whole().baseline; }
    /// The standard error of what the lines say of such a change, in billionths; 0 if not known.
    std::int64_t baseline_error() const { return whole().baseline_error; }
    /// How many changes it was fitted to.
    std::uint64_t changes() const { return whole().changes; }
    /// How many of them failed.
    std::uint64_t failures() const { return whole().failures; }
    /// Its terms, in the order of the columns that it was fitted to.
    std::vector<term> terms() const {
        return internal::collect<term>(whole().term_count, [&](std::size_t i) {
            const auto it = internal::fetch<lp_term>(
                [&](auto *out) { return lp_model_term_at(get(), i, out); });
            return term{internal::copy(it.name), lynchpin::transform{it.transform}, it.weight,
                        it.error, it.centre, it.seen_low, it.seen_high, it.step_count};
        });
    }
    /// The names of the features that add something together.
    std::vector<std::pair<std::string, std::string>> pairs() const {
        using names = std::pair<std::string, std::string>;
        return internal::collect<names>(whole().pair_count, [&](std::size_t i) {
            const auto it = internal::fetch<lp_pair>(
                [&](auto *out) { return lp_model_pair_at(get(), i, out); });
            return names(internal::copy(it.first), internal::copy(it.second));
        });
    }
    /// Scores changes by the columns of their features, which are found by their names; others are
    /// not looked at. `transformed` says that values were transformed already. Throws if a term has
    /// no column, or if columns are not of one length.
    model_scores score(const std::vector<column> &columns, bool contributions = false,
                       bool transformed = false) const {
        const auto count = columns.empty() ? 0 : columns[0].size();
        const auto lent = lend(columns, count);
        const auto it = whole();
        model_scores found{std::vector<std::int64_t>(count), std::vector<std::uint32_t>(count), {}};
        auto into = internal::view<lp_scores>();
        into.log_odds = found.log_odds.data();
        into.probabilities = found.probabilities.data();
        if (contributions) {
            found.contributions.resize(count * (it.term_count + it.pair_count));
            into.contributions = found.contributions.data();
            into.contribution_count = found.contributions.size();
        }
        into.transformed = transformed ? 1 : 0;
        internal::outcome ended;
        ended.check(
            lp_model_score(get(), lent.data(), lent.size(), count, &into, ended.out()));
        return found;
    }

private:
    explicit model(lp_model *owned) : object(owned) {}
    lp_fitted whole() const {
        return internal::fetch<lp_fitted>([&](auto *out) { return lp_model_whole(get(), out); });
    }
    static std::vector<lp_column> lend(const std::vector<column> &columns, std::size_t count) {
        return internal::collect<lp_column>(columns.size(), [&](std::size_t i) {
            if (columns[i].size() != count) {
                internal::refuse(status::bad_argument,
                                 "column " + std::to_string(i) + " has "
                                     + std::to_string(columns[i].size()) + " values: give "
                                     + std::to_string(count) + ", one for each change");
            }
            return columns[i].lend();
        });
    }
};

/// Answers any question about risk that needs no portfolio: JSON in, JSON out, the same bytes in
/// every language. `lp_ask_risk` says how a question looks: joint risk of a release, lanes,
/// calibration, back-tests and drift, replays of histories and models certified on them, ratings by
/// rules and questionnaires of a house, scores by trees that LightGBM or XGBoost trained.
///
///     const auto two = lynchpin::ask_risk(R"({"joint": {"said": [100000000, 200000000]}})");
inline std::string ask_risk(std::string_view question_json) {
    return internal::document([&](auto *out, auto **error) {
        return lp_ask_risk(internal::lend(question_json), out, error);
    });
}

} // namespace lynchpin

#endif
