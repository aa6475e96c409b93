/* Matrix product in single precision. */
typedef float element;
#include "matrix.h"
