// A library that takes signals: one when it is loaded, another on request.
#include <signal.h>

static void Ignore(int signal) { (void)signal; }

__attribute__((constructor)) static void TakeOne(void) { signal(SIGSEGV, Ignore); }

void TakeAnother(void);
void TakeAnother(void) { signal(SIGUSR2, Ignore); }
