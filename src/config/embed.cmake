# Writes OUTPUT: a C++ file with the JSON Schemas in FOLDER as string literals, so that a program needs no file beside
# it. Called at build time: cmake -DFOLDER=… -DOUTPUT=… -P embed.cmake
set(text "#include \"json_schemas.hpp\"\n\nnamespace fedloom::config {\n")
foreach(kind experiment policy roster schema)
  file(READ ${FOLDER}/${kind}.schema.json json)
  string(APPEND text "const std::string_view ${kind}_json_schema = R\"JSON(${json})JSON\";\n")
endforeach()
string(APPEND text "}  // namespace fedloom::config\n")
file(WRITE ${OUTPUT} "${text}")
