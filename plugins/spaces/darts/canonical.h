// Canonical forms: finds which genotypes are the same network.
//
// A cell's intermediate nodes have no identity of their own: if two of them can change places so
// that every edge still comes from an earlier node, the renamed cell sums the same operations of
// the same inputs. Only the order in which the four nodes are concatenated changes, and so the
// order of the cell's output channels. Their readers feed all of them into a full convolution (the
// 1x1 preprocessing of the two cells after it, the auxiliary head) or, pooled, into the linear
// classifier, whose weights may be in any order: a renamed genotype is the same network with the
// same parameters and multiply-adds, up to a permutation of weights. Normal and reduction cells are
// renamed independently. The order of a node's two inputs is not part of a genotype's matrices.
//
// Nothing else is identified. In particular, genotypes that compute the same function through skip
// connections and pools (two nodes that are equal sums, either of which is read) stay distinct.
// Sameness does not cover a supernet's inherited weights, which belong to a position in the cell.
#pragma once

#include "plugins/spaces/darts/genotype.h"

namespace darts {

// Returns, of all legal renamings of the cell, the least as a list of (input, operation) in the
// order of Format, compared lexicographically.
Cell Representative(const Cell& cell);

}  // namespace darts
