/* Matrix product in double precision. */
typedef double element;
#include "matrix.h"
