#pragma once
// The parts of the page, each as HTML without its heading.

#include <string>

#include "page.hpp"

namespace fedloom::report {

/// What was asked for, of which columns.
std::string asked_section(const PageContent& content);
/// The sites and what each has signed, and what they had to trust.
std::string participants_section(const PageContent& content);
/// The error that noise alone makes beside the error that was found.
std::string errors_section(const PageContent& content);
/// Two heat maps: the model's dependence, and what it has left over.
std::string pairs_section(const PageContent& content);
/// A few rows of synthetic.csv.
std::string sample_section(const PageContent& content);
/// The guarantee point by point, what it does not cover, and the hashes of what it is about.
std::string certificate_section(const PageContent& content);

/// <tr> of a name and a value; `css` with a leading space.
std::string fact_row(const std::string& name, const std::string& html, const char* css = "");
/// Rows of a table in a box that scrolls by itself.
std::string table(const std::string& head, const std::string& rows);
/// <td> of text, and of a figure.
std::string cell(const std::string& html);
std::string figure_cell(const std::string& html);
/// <th scope="col">, of text or of figures.
std::string head_cell(const std::string& html, bool figures = false);

}  // namespace fedloom::report
