#include "fedloom/site/counting_transport.hpp"

namespace fedloom::site {

void CountingTransport::send(transport::Endpoint to, const secagg::Message& message) {
  inner_.send(to, message);
  sent_.messages += 1;
  sent_.bytes += secagg::encode(message).size();
}

}  // namespace fedloom::site
