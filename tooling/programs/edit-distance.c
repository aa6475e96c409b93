#include "runtime.h"

static int least(int a, int b, int c) { return a < b ? (a < c ? a : c) : b < c ? b : c; }

static int distance(const char *a, const char *b) {
  int row[64];
  int n = (int)strlen(b);
  for (int k = 0; k <= n; k++) row[k] = k;
  for (int i = 1; *a; a++, i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int k = 1; k <= n; k++) {
      int above = row[k];
      row[k] = least(above + 1, row[k - 1] + 1, diagonal + (*a != b[k - 1]));
      diagonal = above;
    }
  }
  return row[n];
}

int main(void) {
  const char *words[] = {"kitten", "sitting", "saturday", "sunday", "", "interpreter", "translator"};
  for (unsigned i = 0; i < 7; i++)
    for (unsigned k = 0; k < 7; k++) printf("%d%c", distance(words[i], words[k]), k == 6 ? '\n' : ' ');
  return distance("industry", "interest");
}
