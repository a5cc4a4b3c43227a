// Plain edges in bulk: questions about very many nodes at once. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_EDGES_HPP
#define LYNCHPIN_EDGES_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "internal.hpp"

namespace lynchpin {

/// Numbers that somebody else owns: a pointer and a length. Made of anything that has them, such as
/// a `std::vector<std::uint32_t>`. Valid as long as what it was asked of, or made of.
class numbers {
public:
    using value_type = std::uint32_t;             ///< what there are some of
    using const_iterator = const std::uint32_t *; ///< walks over them

    /// None.
    constexpr numbers() noexcept = default;
    /// So many, from there on.
    constexpr explicit numbers(const std::uint32_t *first, std::size_t count) noexcept
        : first_(first), count_(count) {}
    /// What the C library lends.
    constexpr explicit numbers(lp_numbers lent) noexcept : numbers(lent.ptr, lent.len) {}
    /// Those of a container.
    template <class Container, class = internal::if_numbers<Container>>
    constexpr numbers(const Container &all) noexcept : first_(all.data()), count_(all.size()) {}

    /// The first; null if there are none.
    constexpr const std::uint32_t *data() const noexcept { return first_; }
    /// How many there are.
    constexpr std::size_t size() const noexcept { return count_; }
    /// Whether there are none.
    constexpr bool empty() const noexcept { return count_ == 0; }
    /// The one at an index, which is not checked.
    constexpr std::uint32_t operator[](std::size_t index) const { return first_[index]; }
    /// Where they begin.
    constexpr const_iterator begin() const noexcept { return first_; }
    /// Where they end.
    constexpr const_iterator end() const noexcept { return first_ + count_; }
    /// A copy that outlives them.
    std::vector<std::uint32_t> copy() const { return {begin(), end()}; }

private:
    const std::uint32_t *first_ = nullptr;
    std::size_t count_ = 0;
};

/// Nodes, smallest first unless the call says otherwise. Immutable.
class node_list : internal::object<lp_nodes, lp_nodes_free> {
public:
    /// All of them, valid as long as this object.
    numbers all() const & { return numbers(lp_nodes_all(get())); }
    numbers all() const && = delete; ///< what is lent would not live
    /// How many there are.
    std::size_t size() const { return lp_nodes_all(get()).len; }

private:
    friend class edges;
    friend class ordered_edges;
    explicit node_list(lp_nodes *owned) : object(owned) {}
};

/// In which wave each node ships, and the chain that takes longest. Waves are numbered from 1; 0
/// stands for "never": on a cycle, or waiting for one. Immutable. What it lends is valid as long as
/// it is.
class schedule : internal::object<lp_schedule, lp_schedule_free> {
public:
    /// How many waves there are.
    std::uint32_t wave_count() const { return lp_schedule_wave_count(get()); }
    /// The nodes of a wave, smallest first; none if there is no such wave.
    numbers wave(std::uint32_t wave) const & { return numbers(lp_schedule_wave(get(), wave)); }
    numbers wave(std::uint32_t) const && = delete; ///< what is lent would not live
    /// The wave of each node.
    numbers wave_of() const & { return numbers(lp_schedule_wave_of(get())); }
    numbers wave_of() const && = delete; ///< what is lent would not live
    /// All nodes that ship, wave after wave.
    numbers order() const & { return numbers(lp_schedule_order(get())); }
    numbers order() const && = delete; ///< what is lent would not live
    /// The chain of nodes that takes longest, first to ship first.
    numbers critical_path() const & { return numbers(lp_schedule_critical_path(get())); }
    numbers critical_path() const && = delete; ///< what is lent would not live
    /// The sum of the weights along that chain.
    std::uint64_t critical_weight() const { return lp_schedule_critical_weight(get()); }

private:
    friend class edges;
    explicit schedule(lp_schedule *owned) : object(owned) {}
};

/// The strongly connected components: nodes that wait for each other are in one, every other node
/// in one of its own. They are numbered from 0 by their smallest node. Immutable. What it lends is
/// valid as long as it is.
class components : internal::object<lp_components, lp_components_free> {
public:
    /// How many there are.
    std::uint32_t count() const { return lp_components_count(get()); }
    /// The component of each node.
    numbers of() const & { return numbers(lp_components_of(get())); }
    numbers of() const && = delete; ///< what is lent would not live
    /// The nodes of a component, smallest first; none if there is no such component.
    numbers members(std::uint32_t component) const & {
        return numbers(lp_components_members(get(), component));
    }
    numbers members(std::uint32_t) const && = delete; ///< what is lent would not live
    /// The components of more than one node, or of one that waits for itself.
    numbers cycles() const & { return numbers(lp_components_cycles(get())); }
    numbers cycles() const && = delete; ///< what is lent would not live

private:
    friend class edges;
    explicit components(lp_components *owned) : object(owned) {}
};

/// Edges that no chain of others implies, sorted: the node at a place of one list waits for the one
/// at the same place of the other. Immutable. What it lends is valid as long as it is.
class reduction : internal::object<lp_reduction, lp_reduction_free> {
public:
    /// What waits.
    numbers later() const & { return numbers(lp_reduction_later(get())); }
    numbers later() const && = delete; ///< what is lent would not live
    /// What it waits for.
    numbers earlier() const & { return numbers(lp_reduction_earlier(get())); }
    numbers earlier() const && = delete; ///< what is lent would not live

private:
    friend class edges;
    explicit reduction(lp_reduction *owned) : object(owned) {}
};

/// Plain edges between nodes, each from a node to one that it waits for. Nodes are numbers from 0;
/// the caller knows what they stand for. No engine is needed. Immutable; what it answered outlives
/// it.
///
///     const std::vector<std::uint32_t> later{1, 2, 2, 4, 5}, earlier{0, 1, 0, 5, 4};
///     const lynchpin::edges edges(6, later, earlier);
///     const auto schedule = edges.schedule();
///     for (std::uint32_t wave = 1; wave <= schedule.wave_count(); ++wave) {
///         std::cout << "wave " << wave << ": " << schedule.wave(wave).size() << " nodes\n";
///     }
class edges : internal::object<lp_edges, lp_edges_free> {
public:
    /// Reads edges, in any order: `later[i]` waits for `earlier[i]`, both below `nodes`. One that
    /// is given more than once counts once. Throws if one list is longer than the other, or if
    /// there is no such node.
    edges(std::uint32_t nodes, numbers later, numbers earlier)
        : object(internal::make<lp_edges>([&](auto **out, auto **error) {
              if (later.size() != earlier.size()) {
                  internal::refuse(status::bad_argument,
                                   std::to_string(later.size()) + " nodes wait for "
                                       + std::to_string(earlier.size())
                                       + ": give one of each for each edge");
              }
              return lp_edges_new(nodes, later.data(), earlier.data(), later.size(), out, error);
          })) {}

    /// How many nodes there are.
    std::uint32_t nodes() const { return lp_edges_nodes(get()); }
    /// How many edges there are, each counted once, without those of a node to itself.
    std::uint32_t count() const { return lp_edges_count(get()); }
    /// How many of the edges given were there already.
    std::uint32_t repeated() const { return lp_edges_repeated(get()); }
    /// The nodes that wait for themselves, which no schedule contains. Valid as long as this.
    numbers looped() const & { return numbers(lp_edges_looped(get())); }
    numbers looped() const && = delete; ///< what is lent would not live
    /// What a node waits for, smallest first; none for an unknown one. Valid as long as this.
    numbers earlier(std::uint32_t node) const & { return numbers(lp_edges_earlier(get(), node)); }
    numbers earlier(std::uint32_t) const && = delete; ///< what is lent would not live

    /// Puts every node into a wave, after all that it waits for, as early as can be; each takes 1.
    lynchpin::schedule schedule() const { return scheduled(nullptr, 0); }
    /// The same, where each node takes as long as its weight says, in a unit of the caller's.
    /// Throws unless there is one for each node and they fit in 64 bits together.
    lynchpin::schedule schedule(const std::vector<std::uint64_t> &weights) const {
        // None are not the same as weights that are not given.
        static constexpr std::uint64_t none = 0;
        return scheduled(weights.empty() ? &none : weights.data(), weights.size());
    }
    /// The nodes that wait for each other.
    lynchpin::components components() const {
        return lynchpin::components(internal::make<lp_components>([&](auto **out, auto **error) {
            return lp_edges_components(get(), out, error);
        }));
    }
    /// Everything that waits for one of these, directly or through others, without these.
    node_list downstream(numbers of) const {
        return node_list(internal::make<lp_nodes>([&](auto **out, auto **error) {
            return lp_edges_downstream(get(), of.data(), of.size(), out, error);
        }));
    }
    /// Everything that these wait for, directly or through others, without these.
    node_list upstream(numbers of) const {
        return node_list(internal::make<lp_nodes>([&](auto **out, auto **error) {
            return lp_edges_upstream(get(), of.data(), of.size(), out, error);
        }));
    }
    /// How many others wait for each of these, directly or through others.
    std::vector<std::uint32_t> downstream_counts(numbers of) const {
        std::vector<std::uint32_t> counts(of.size());
        internal::outcome ended;
        ended.check(lp_edges_downstream_counts(get(), of.data(), of.size(), counts.data(),
                                               ended.out()));
        return counts;
    }
    /// The edges that no chain of others implies, without what is on a cycle or waits for one.
    /// Throws above 20000 nodes that ship.
    lynchpin::reduction reduction() const {
        return lynchpin::reduction(internal::make<lp_reduction>([&](auto **out, auto **error) {
            return lp_edges_reduction(get(), out, error);
        }));
    }

private:
    friend class ordered_edges;
    explicit edges(lp_edges *owned) : object(owned) {}
    lynchpin::schedule scheduled(const std::uint64_t *weights, std::size_t count) const {
        return lynchpin::schedule(internal::make<lp_schedule>([&](auto **out, auto **error) {
            return lp_edges_schedule(get(), weights, count, out, error);
        }));
    }
};

/// What became of an edge that was to be added.
enum class inserted : std::uint32_t {
    added = LP_INSERTED_NEW,       ///< it was added
    known = LP_INSERTED_KNOWN,     ///< it was there already
    refused = LP_INSERTED_REFUSED, ///< it would close a circle, so it was not added
};

/// What became of an edge that was to be added, and the circle that it would close, if it would.
struct insertion {
    /// What became of it.
    inserted outcome = inserted::added;
    /// If it was refused: the node that was to wait; others, each waiting for the one before it;
    /// and at last the node that the first was to wait for. It may take a longer way round than
    /// needed. Else nothing.
    std::vector<std::uint32_t> circle;
};

/// Plain edges that come and go one at a time, never in a circle, with the nodes kept in an order
/// in which each comes after all that it waits for. It changes; calls from several threads take
/// turns. What it answered stays as it is.
///
///     lynchpin::ordered_edges ordered(lynchpin::edges(3, list{1, 2}, list{0, 1}));
///     const auto insertion = ordered.insert(0, 2);
///     if (insertion.outcome == lynchpin::inserted::refused) {
///         std::cout << "that would close a circle of " << insertion.circle.size() << " nodes\n";
///     }
class ordered_edges : internal::object<lp_ordered_edges, lp_ordered_edges_free> {
public:
    /// Begins with edges that were read in bulk, in the order of their waves. Throws if some of
    /// them go in a circle.
    explicit ordered_edges(const lynchpin::edges &edges)
        : object(internal::make<lp_ordered_edges>([&](auto **out, auto **error) {
              return lp_ordered_edges_new(edges.get(), out, error);
          })) {}

    /// Where a node stands in the order: what comes later has a larger number. The numbers have
    /// gaps, and mean something only beside each other and until the next edge is added; 0 for an
    /// unknown node.
    std::uint64_t place_of(std::uint32_t node) const {
        return lp_ordered_edges_place_of(get(), node);
    }
    /// Adds an edge, `later` waiting for `earlier`, unless that closes a circle. Throws if there is
    /// no such node.
    insertion insert(std::uint32_t later, std::uint32_t earlier) {
        std::uint32_t inserted = 0;
        // None is made of an edge that is not refused, and none reads as empty.
        const std::unique_ptr<lp_nodes, void (*)(lp_nodes *)> circle(
            internal::make<lp_nodes>([&](auto **out, auto **error) {
                return lp_ordered_edges_insert(get(), later, earlier, &inserted, out, error);
            }),
            lp_nodes_free);
        return insertion{static_cast<lynchpin::inserted>(inserted),
                         numbers(lp_nodes_all(circle.get())).copy()};
    }
    /// Takes an edge away; whether it was there. The order stays as it is. Throws if there is no
    /// such node.
    bool remove(std::uint32_t later, std::uint32_t earlier) {
        std::uint32_t removed = 0;
        internal::outcome ended;
        ended.check(lp_ordered_edges_remove(get(), later, earlier, &removed, ended.out()));
        return removed != 0;
    }
    /// Adds a node without edges, last in the order; its number.
    std::uint32_t push_node() {
        std::uint32_t node = 0;
        internal::outcome ended;
        ended.check(lp_ordered_edges_push_node(get(), &node, ended.out()));
        return node;
    }
    /// All nodes, each after all that it waits for.
    node_list order() const {
        return node_list(internal::make<lp_nodes>([&](auto **out, auto **error) {
            return lp_ordered_edges_order(get(), out, error);
        }));
    }
    /// The edges as they are now, for what is asked of all nodes at once, or of one.
    edges to_edges() const {
        return edges(internal::make<lp_edges>([&](auto **out, auto **error) {
            return lp_ordered_edges_to_edges(get(), out, error);
        }));
    }
};

} // namespace lynchpin

#endif
