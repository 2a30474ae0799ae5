// Genotypes in the notation of the DARTS code base:
//
//   Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ...], normal_concat=range(2, 6),
//            reduce=[...], reduce_concat=range(2, 6))
//
// with eight pairs of operation and input for each cell, two for each intermediate node in order.
#pragma once

#include <string>
#include <string_view>

#include "plugins/spaces/darts/genotype.h"

namespace darts {

// Writes one line, with the pairs of a node sorted by input.
std::string Format(const Genotype& genotype);

// Reads what Format writes and other notations in use: the pairs of a node in either order or in
// their own list, tuples instead of lists and vice versa, [2, 3, 4, 5] or list(range(2, 6)) for
// range(2, 6), a comma after the last item, " for ', white space (including line breaks) before and
// after every token, a name or a module in front ("PC_DARTS = ", "genotypes."), "reduce" before
// "normal_concat", and a dictionary of the four fields, as in JSON. Throws lode::InvalidError
// "column N: ..." for anything else, where N is the byte, counted from 1, of the first wrong token.
Genotype Parse(std::string_view text);

}  // namespace darts
