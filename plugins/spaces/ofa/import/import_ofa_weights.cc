// lode import ofa-weights: a supernet's weights, as the Once-for-All authors publish them.
#include "plugins/spaces/ofa/import/convert.h"
#include "plugins/spaces/ofa/import/importer.h"

int main(int argc, char** argv) { return ofa::RunImporter(argc, argv, ofa::ConvertSupernet); }
