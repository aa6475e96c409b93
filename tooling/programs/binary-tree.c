#include "runtime.h"

struct node { struct node *left, *right; int key; };

static struct node *insert(struct node *tree, int key) {
  if (tree == NULL) {
    tree = malloc(sizeof *tree);
    *tree = (struct node){NULL, NULL, key};
  } else if (key < tree->key) tree->left = insert(tree->left, key);
  else if (key > tree->key) tree->right = insert(tree->right, key);
  return tree;
}

static int depth(const struct node *tree) {
  if (tree == NULL) return 0;
  int left = depth(tree->left), right = depth(tree->right);
  return 1 + (left > right ? left : right);
}

static uint32_t walk(const struct node *tree, uint32_t sum) {
  return tree == NULL ? sum : walk(tree->right, walk(tree->left, sum) * 31 + (uint32_t)tree->key);
}

int main(void) {
  struct node *tree = NULL;
  uint32_t seed = 2024;
  for (int i = 0; i < 800; i++) tree = insert(tree, (int)(random32(&seed) % 5000));
  printf("depth %d checksum %08x\n", depth(tree), walk(tree, 0));
  return depth(tree);
}
