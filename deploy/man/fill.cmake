# Fills a manual page: OPTIONS of a subcommand come from the tool itself, so that they are what --help says.
# Usage: cmake -DTOOL=... -DCOMMAND=... -DVERSION=... -DTEMPLATE=... -DOUTPUT=... -P fill.cmake
execute_process(COMMAND ${TOOL} completion man ${COMMAND} OUTPUT_VARIABLE OPTIONS COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "\n$" "" OPTIONS "${OPTIONS}")
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
