// How the other headers call the C library. Nothing here is for other programs.
#ifndef LYNCHPIN_INTERNAL_HPP
#define LYNCHPIN_INTERNAL_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"
#include "types.hpp"

namespace lynchpin::internal {

/// The number of an enumerator.
template <class Enum> constexpr std::uint32_t number(Enum it) noexcept {
    return static_cast<std::uint32_t>(it);
}

/// Holds for what has a pointer to unsigned numbers of 32 bits, and so how many of them.
template <class Container>
using if_numbers = std::enable_if_t<std::is_same_v<
    decltype(std::declval<const Container &>().data()), const std::uint32_t *>>;

/// Holds for what has a pointer to values of features, or to millionths of them.
template <class Container>
using if_values = std::enable_if_t<
    std::is_same_v<decltype(std::declval<const Container &>().data()), const double *>
    || std::is_same_v<decltype(std::declval<const Container &>().data()), const std::int64_t *>>;

inline lp_str lend(std::string_view text) { return lp_str{text.data(), text.size()}; }

inline std::string copy(lp_str text) { return std::string(text.ptr, text.len); }

/// What a call gives for each index below a count.
template <class Item, class Call> std::vector<Item> collect(std::size_t count, Call call) {
    std::vector<Item> all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(call(i));
    }
    return all;
}

inline std::vector<std::string> copy(lp_strs texts) {
    return collect<std::string>(texts.len, [&](std::size_t i) { return copy(texts.ptr[i]); });
}

/// Throws an error that does not come out of the library. The message holds nothing that JSON would
/// have to escape.
[[noreturn]] inline void refuse(status code, const std::string &message) {
    const auto name = copy(lp_status_name(number(code)));
    throw error(code, message, {problem{code, message, {}, 0, 0}},
                R"({"problems":[{"code":")" + name + R"(","message":")" + message + R"("}]})");
}

inline instant point(std::int64_t micros) { return instant(std::chrono::microseconds(micros)); }

inline std::optional<instant> when(std::int64_t micros) {
    return micros == LP_NEVER ? std::nullopt : std::optional(point(micros));
}

template <class Duration>
using time_point = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Whole microseconds, parts of one cut off.
template <class Duration> std::int64_t micros(time_point<Duration> at) {
    using factor = std::ratio_divide<typename Duration::period, std::micro>;
    static_assert(factor::num == 1 || factor::den <= 36,
                  "a time point in such units cannot be converted without overflow");
    // Converting a time point that is far away would overflow, so it is looked at first: in
    // seconds, which are inexact but do not overflow. The library then looks at the exact number.
    // Not-a-number compares as neither.
    const auto seconds = std::chrono::duration<long double>(at.time_since_epoch()).count();
    if (!(seconds >= 0.0L && seconds <= 253402300800.0L)) {
        refuse(status::instant_malformed,
               "the time point is outside of the years 1970 to 9999, or not a number");
    }
    return std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch()).count();
}

/// Owns what a call makes until it is copied.
class buffer {
public:
    buffer() = default;
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;
    ~buffer() { lp_buf_free(&buf_); }

    lp_buf *out() noexcept { return &buf_; }
    std::string text() const {
        return buf_.ptr == nullptr ? std::string() : std::string(buf_.ptr, buf_.len);
    }

private:
    lp_buf buf_{nullptr, 0};
};

template <class View> View view() {
    View out{};
    out.struct_size = sizeof(View);
    return out;
}

/// Where a call leaves its error.
class outcome {
public:
    outcome() = default;
    outcome(const outcome &) = delete;
    outcome &operator=(const outcome &) = delete;
    ~outcome() { lp_error_free(error_); }

    lp_error **out() noexcept { return &error_; }

    /// Throws unless the call went well.
    void check(std::uint32_t ended) const {
        if (ended == LP_STATUS_OK) {
            return;
        }
        const auto code = static_cast<status>(ended);
        if (error_ == nullptr) {
            refuse(code, "the library failed without an explanation");
        }
        std::vector<problem> problems;
        for (std::size_t i = 0; i < lp_error_problem_count(error_); ++i) {
            auto it = view<lp_problem>();
            if (lp_error_problem_at(error_, i, &it) == LP_STATUS_OK) {
                problems.push_back({static_cast<status>(it.code), copy(it.message), copy(it.path),
                                    it.line, it.column});
            }
        }
        buffer out;
        const bool written = lp_error_json(error_, out.out()) == LP_STATUS_OK;
        throw error(code, copy(lp_error_message(error_)), std::move(problems),
                    written ? out.text() : std::string());
    }

private:
    lp_error *error_ = nullptr;
};

/// Refuses an index that is too large, in the words of the library.
inline void check_index(std::size_t index, std::size_t count) {
    if (index >= count) {
        refuse(status::bad_argument, "there is no element " + std::to_string(index)
                                         + ": there are " + std::to_string(count)
                                         + ", counted from 0");
    }
}

/// Fills in a struct that begins with its size.
template <class View, class Call> View fetch(Call call) {
    auto out = view<View>();
    outcome().check(call(&out));
    return out;
}

/// The object that a call makes.
template <class T, class Call> T *make(Call call) {
    T *out = nullptr;
    outcome ended;
    ended.check(call(&out, ended.out()));
    return out;
}

/// The bytes that a call makes.
template <class Call> std::string document(Call call) {
    buffer out;
    outcome ended;
    ended.check(call(out.out(), ended.out()));
    return out.text();
}

/// The list of ids that a call makes.
template <class Call> std::vector<std::string> ids(Call call) {
    const std::unique_ptr<lp_ids, void (*)(lp_ids *)> made(make<lp_ids>(call), lp_ids_free);
    return copy(lp_ids_all(made.get()));
}

/// Owns an object of the library. One that was moved from reads as nothing in C; here it throws.
template <class T, void (*Free)(T *)> class object {
protected:
    explicit object(T *owned) : handle_(owned) {}
    T *get() const {
        if (handle_ == nullptr) {
            refuse(status::bad_argument,
                   "the object was moved from: use the one that it was moved to");
        }
        return handle_.get();
    }

private:
    struct deleter {
        void operator()(T *object) const noexcept { Free(object); }
    };
    std::unique_ptr<T, deleter> handle_;
};

} // namespace lynchpin::internal

#endif
