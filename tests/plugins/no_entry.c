/* A shared library that is not a plugin. */
int an_ordinary_function(void);
int an_ordinary_function(void) { return 0; }
