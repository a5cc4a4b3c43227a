// What is thrown. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_ERROR_HPP
#define LYNCHPIN_ERROR_HPP

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "types.hpp"

namespace lynchpin {

/// A document or a question was malformed, or the work was stopped. Never thrown for a "no".
///
///     } catch (const lynchpin::error &error) {
///         for (const auto &problem : error.problems()) {
///             std::cerr << problem.path << ": " << problem.message << '\n';
///         }
class error : public std::runtime_error {
public:
    /// An error of these problems; `json` is what `json()` gives.
    error(lynchpin::status status, const std::string &message, std::vector<problem> problems,
          std::string json)
        : std::runtime_error(message), status_(status),
          found_(std::make_shared<const found>(found{std::move(problems), std::move(json)})) {}

    /// The kind of the first problem.
    lynchpin::status status() const noexcept { return status_; }
    /// Every problem found, with its place: at least one.
    const std::vector<problem> &problems() const noexcept { return found_->problems; }
    /// The problems as JSON: `{"problems": [{"code", "message", "path", "line", "column"}, ...]}`.
    const std::string &json() const noexcept { return found_->json; }

private:
    struct found {
        std::vector<problem> problems;
        std::string json;
    };
    lynchpin::status status_;
    // Shared, so that copying an exception cannot throw.
    std::shared_ptr<const found> found_;
};

} // namespace lynchpin

#endif
