#include "fedloom/model/plain_rows.hpp"

#include "fedloom/model/tilted.hpp"
#include "model/sampler.hpp"

namespace fedloom::model {

void sample(const PlainRows& rows, const schema::Schema& schema, const RowBlock& block) {
  if (schema.coherence().groups().empty()) return rows.generator->sample(rows.rows, rows.seed, block);
  const Tilted kept(*rows.generator, schema);
  sample({{&kept, rows.rows}}, rows.seed, block);
}

}  // namespace fedloom::model
