// attributes get FILE NAME: writes the value of an extended attribute to the standard output; ends with 1
// where there is none. attributes set FILE NAME: takes the value from the standard input.
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

static char value[65536];

int main(int count, char** words) {
  if (count != 4) return 2;
  if (strcmp(words[1], "get") == 0) {
    const ssize_t size = getxattr(words[2], words[3], value, sizeof value);
    if (size < 0) return 1;
    return fwrite(value, 1, (size_t)size, stdout) == (size_t)size ? 0 : 2;
  }
  const size_t size = fread(value, 1, sizeof value, stdin);
  if (setxattr(words[2], words[3], value, size, 0) == 0) return 0;
  perror(words[3]);
  return 2;
}
