# Writes OUTPUT, a C++ source with the migrations of FOLDER as the array NAME:
#   cmake -DFOLDER=… -DNAME=… -DOUTPUT=… -P embed_migrations.cmake
# A migration is a file NNNN_name.sql; they are numbered from 0001 without gaps.

set(content "// Generated from ${NAME}: do not edit.\n#include \"store/migrations.h\"\n\n")
string(APPEND content "namespace fedwatt::store {\n\nnamespace {\n\nconstexpr Migration kFiles[] = {\n")

file(GLOB files ${FOLDER}/*.sql)
list(SORT files)
set(expected 0)
foreach(file IN LISTS files)
  get_filename_component(stem ${file} NAME_WE)
  if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: a migration is called NNNN_name.sql")
  endif()
  set(name ${CMAKE_MATCH_2})
  math(EXPR expected "${expected} + 1")
  string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
  if(NOT version EQUAL expected)
    message(FATAL_ERROR "${file}: migrations are numbered without gaps, and ${expected} is next")
  endif()
  file(READ ${file} sql)
  string(APPEND content "    {${version}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()

string(APPEND content "};\n\n}  // namespace\n\n")
string(APPEND content "const std::span<const Migration> ${NAME} = kFiles;\n\n")
string(APPEND content "}  // namespace fedwatt::store\n")
file(WRITE ${OUTPUT} "${content}")
