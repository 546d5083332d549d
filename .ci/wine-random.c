/* Wine before 8.13 lacks bcryptprimitives.dll, from which Rust's standard library takes its random numbers. This is
   the one function of it, made for the tests alone: it asks the older source, which Wine has. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    return SystemFunction036(buffer, (ULONG)length);
}
