// lode import ofa-predictor: the accuracy predictor, as the Once-for-All authors publish it.
#include "plugins/spaces/ofa/import/convert.h"
#include "plugins/spaces/ofa/import/importer.h"

int main(int argc, char** argv) { return ofa::RunImporter(argc, argv, ofa::ConvertPredictor); }
