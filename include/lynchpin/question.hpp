// Questions as documents, written field by field. Nothing here is for other programs.
#ifndef LYNCHPIN_QUESTION_HPP
#define LYNCHPIN_QUESTION_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "internal.hpp"

namespace lynchpin::internal {

/// How much of an answer, as a document says it.
inline std::string_view word(detail how_much) noexcept {
    switch (how_much) {
    case detail::verdict:
        return "verdict";
    case detail::full:
        return "full";
    case detail::unmet:
        break;
    }
    return "unmet";
}

/// One question. An empty text and an instant that is not given leave their field out.
class question {
public:
    /// A question of that name, without fields.
    explicit question(std::string_view name) { text_.append("{\"").append(name).append("\":{"); }

    /// The same with a text.
    question &with(std::string_view field, std::string_view value) {
        return value.empty() ? *this : begin(field).quote(value);
    }

    /// The same with a change or a release.
    question &with(std::string_view field, const subject &about) {
        begin(field).text_.append(about.kind == subject_kind::change ? "{\"change\":"
                                                                     : "{\"release\":");
        quote(about.id).text_.push_back('}');
        return *this;
    }

    /// The same with a person or a group.
    question &with(std::string_view field, const std::optional<actor> &who) {
        if (!who) {
            return *this;
        }
        begin(field).text_.append(who->kind == actor_kind::group ? "{\"group\":" : "{\"person\":");
        quote(who->id).text_.push_back('}');
        return *this;
    }

    /// The same with a length of time.
    question &with(std::string_view field, std::optional<std::chrono::seconds> span) {
        return span ? with(field, std::string_view(std::to_string(span->count()) + 's')) : *this;
    }

    /// The same with an instant.
    template <class Duration>
    question &with(std::string_view field, time_point<Duration> at) {
        const auto whole = micros(at);
        const auto text = document([&](auto *out, auto **error) {
            return lp_instant_text(whole, out, error);
        });
        return with(field, std::string_view(text));
    }

    /// The same with an instant, if there is one.
    question &with(std::string_view field, const std::optional<instant> &at) {
        return at ? with(field, *at) : *this;
    }

    /// The same with a number, if there is one.
    question &with(std::string_view field, std::optional<std::uint32_t> number) {
        if (number) {
            begin(field).text_.append(std::to_string(*number));
        }
        return *this;
    }

    /// The same with the items of a queue.
    question &with(std::string_view field, const std::vector<queue_item> &items) {
        begin(field).text_.push_back('[');
        for (const auto &item : items) {
            text_.append(text_.back() == '[' ? "{" : ",{");
            with("subject", item.about).with("failure", std::string_view(item.failure));
            text_.push_back('}');
        }
        return append(']');
    }

    /// The whole document.
    std::string text() const { return text_ + "}}"; }

    /// The answer of a snapshot.
    std::string ask(const lp_snapshot *snapshot) const {
        const auto whole = text();
        return document([&](auto *out, auto **error) {
            return lp_ask(snapshot, lend(whole), out, error);
        });
    }

private:
    question &begin(std::string_view field) {
        if (text_.back() != '{') {
            text_.push_back(',');
        }
        return quote(field).append(':');
    }

    question &append(char letter) {
        text_.push_back(letter);
        return *this;
    }

    /// Writes a text as JSON does; whether it is UTF-8 is for the library to see.
    question &quote(std::string_view value) {
        constexpr std::string_view hex = "0123456789abcdef";
        text_.push_back('"');
        for (const char letter : value) {
            const auto code = static_cast<unsigned char>(letter);
            if (code < 0x20) {
                text_.append("\\u00").append(1, hex[code >> 4U]).append(1, hex[code & 0xFU]);
                continue;
            }
            if (letter == '"' || letter == '\\') {
                text_.push_back('\\');
            }
            text_.push_back(letter);
        }
        return append('"');
    }

    std::string text_;
};

} // namespace lynchpin::internal

#endif
