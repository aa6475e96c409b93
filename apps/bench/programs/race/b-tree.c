/* A B+ tree like a database's, in pages of 4 KiB: records of any length, insertion, look-up, range scan, deletion. */
#include "race.h"

enum { PAGE_SIZE = 4096, PAGES = 4096, LONGEST = 100, KEYS = 40000 };
enum { NONE = 0, LEAF = 1, INNER = 2 };

/*
 * Cells grow down from the page's end, their offsets up from the header, in the order of their keys. A leaf's cell is
 * a key and a record; an inner page's a key and the page whose keys are up to it. `last` is the page with all greater
 * keys; of a leaf, the leaf after it.
 */
struct page {
  uint16_t kind, count, content, used;
  uint32_t last;
  uint16_t offsets[(PAGE_SIZE - 12) / 2];
};

struct cell {
  uint32_t key;
  uint32_t size; /* of the record; of an inner page's cell, the page */
  unsigned char record[LONGEST];
};

enum { HEADER = offsetof(struct page, offsets), CELL_HEADER = offsetof(struct cell, record) };

static union {
  struct page page;
  unsigned char bytes[PAGE_SIZE];
} pages[PAGES];
static uint32_t free_pages, page_count = 1, root;

static struct page *page_at(uint32_t number) {
  return &pages[number].page;
}

static uint32_t new_page(uint16_t kind) {
  uint32_t number = free_pages;
  if (number != NONE) free_pages = page_at(number)->last;
  else if (page_count == PAGES) fail("no page is free");
  else number = page_count++;
  *page_at(number) = (struct page){.kind = kind, .content = PAGE_SIZE};
  return number;
}

static void free_page(uint32_t number) {
  page_at(number)->last = free_pages;
  free_pages = number;
}

static unsigned char *raw_cell(struct page *page, int slot) {
  return (unsigned char *)page + page->offsets[slot];
}

static uint32_t read32(const unsigned char *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return value;
}

static uint32_t key_at(struct page *page, int slot) {
  return read32(raw_cell(page, slot));
}

static size_t cell_size(struct page *page, int slot) {
  return CELL_HEADER + (page->kind == LEAF ? read32(raw_cell(page, slot) + 4) : 0);
}

static uint32_t child_at(struct page *page, int slot) {
  return slot == page->count ? page->last : read32(raw_cell(page, slot) + 4);
}

static void set_child(struct page *page, int slot, uint32_t child) {
  if (slot == page->count) page->last = child;
  else memcpy(raw_cell(page, slot) + 4, &child, sizeof child);
}

/* The first slot whose key is not less. */
static int find_slot(struct page *page, uint32_t key) {
  int low = 0, high = page->count;
  while (low < high) {
    int middle = (low + high) / 2;
    if (key_at(page, middle) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

static size_t free_space(struct page *page) {
  return PAGE_SIZE - HEADER - page->used - 2u * page->count;
}

/* `used` counts the bytes of cells; what deleted ones had comes back by moving the rest together. */
static void compact(struct page *page) {
  unsigned char copy[PAGE_SIZE];
  memcpy(copy, page, PAGE_SIZE);
  page->content = PAGE_SIZE;
  for (int slot = 0; slot < page->count; slot++) {
    size_t size = cell_size((struct page *)(void *)copy, slot);
    page->content = (uint16_t)(page->content - size);
    memcpy((unsigned char *)page + page->content, copy + page->offsets[slot], size);
    page->offsets[slot] = page->content;
  }
}

static int insert_cell(struct page *page, int slot, const void *cell, size_t size) {
  if (free_space(page) < size + 2) return 0;
  if (page->content < HEADER + 2u * (page->count + 1u) + size) compact(page);
  memmove(page->offsets + slot + 1, page->offsets + slot, 2u * (size_t)(page->count - slot));
  page->content = (uint16_t)(page->content - size);
  page->used = (uint16_t)(page->used + size);
  page->offsets[slot] = page->content;
  page->count++;
  memcpy((unsigned char *)page + page->content, cell, size);
  return 1;
}

static void delete_cell(struct page *page, int slot) {
  page->used = (uint16_t)(page->used - cell_size(page, slot));
  page->count--;
  memmove(page->offsets + slot, page->offsets + slot + 1, 2u * (size_t)(page->count - slot));
}

/* Moves the upper half of a page, by bytes, to a new one. Gives the greatest key that stays. */
static uint32_t split(uint32_t number, uint32_t *other) {
  struct page *left = page_at(number);
  *other = new_page(left->kind);
  struct page *right = page_at(*other);
  size_t kept = 0;
  int middle = 0;
  while (middle < left->count - 2 && kept < left->used / 2u) kept += cell_size(left, middle++);
  if (middle == 0) middle = 1;
  for (int slot = middle; slot < left->count; slot++) {
    insert_cell(right, slot - middle, raw_cell(left, slot), cell_size(left, slot));
  }
  while (left->count > middle) delete_cell(left, left->count - 1);
  right->last = left->last;
  uint32_t key = key_at(left, middle - 1);
  if (left->kind == LEAF) {
    left->last = *other;
  } else {
    /* The last key that stays moves up; its page is the one for greater keys. */
    left->last = child_at(left, middle - 1);
    delete_cell(left, middle - 1);
  }
  return key;
}

static void insert_child(struct page *page, int slot, uint32_t key, uint32_t left, uint32_t right) {
  uint32_t cell[2] = {key, left};
  set_child(page, slot, right);
  if (!insert_cell(page, slot, cell, sizeof cell)) fail("an inner page has no space");
}

/* Pages with little space are split on the way down, so that there is space for what a split below sends up. */
static int insert(const struct cell *cell) {
  size_t size = CELL_HEADER + cell->size;
  uint32_t parent = NONE, number = root;
  for (int slot = 0;;) {
    struct page *page = page_at(number);
    if (free_space(page) < (page->kind == LEAF ? size : CELL_HEADER) + 2) {
      uint32_t other, key = split(number, &other);
      if (parent == NONE) {
        parent = root = new_page(INNER);
        slot = 0;
      }
      insert_child(page_at(parent), slot, key, number, other);
      if (cell->key > key) page = page_at(number = other);
    }
    slot = find_slot(page, cell->key);
    if (page->kind == LEAF) {
      if (slot < page->count && key_at(page, slot) == cell->key) return 0;
      if (!insert_cell(page, slot, cell, size)) fail("a leaf has no space");
      return 1;
    }
    parent = number;
    number = child_at(page, slot);
  }
}

/* The leaf where a key is or would be. */
static struct page *find_leaf(uint32_t key) {
  struct page *page = page_at(root);
  while (page->kind == INNER) page = page_at(child_at(page, find_slot(page, key)));
  return page;
}

static const unsigned char *look_up(uint32_t key, uint32_t *size) {
  struct page *page = find_leaf(key);
  int slot = find_slot(page, key);
  if (slot == page->count || key_at(page, slot) != key) return NULL;
  *size = read32(raw_cell(page, slot) + 4);
  return raw_cell(page, slot) + CELL_HEADER;
}

/* Joins the pages of two neighbouring slots if one page has space for both. */
static void join(struct page *parent, int slot) {
  uint32_t number = child_at(parent, slot), other = child_at(parent, slot + 1);
  struct page *left = page_at(number), *right = page_at(other);
  size_t more = left->kind == INNER ? CELL_HEADER + 2 : 0;
  if (free_space(left) < right->used + 2u * right->count + more) return;
  if (left->kind == INNER) {
    uint32_t cell[2] = {key_at(parent, slot), left->last};
    insert_cell(left, left->count, cell, sizeof cell);
  }
  for (int i = 0; i < right->count; i++) {
    insert_cell(left, left->count, raw_cell(right, i), cell_size(right, i));
  }
  left->last = right->last;
  delete_cell(parent, slot);
  set_child(parent, slot, number);
  free_page(other);
}

static int delete_in(uint32_t number, uint32_t key) {
  struct page *page = page_at(number);
  int slot = find_slot(page, key);
  if (page->kind == LEAF) {
    if (slot == page->count || key_at(page, slot) != key) return 0;
    delete_cell(page, slot);
    return 1;
  }
  uint32_t child = child_at(page, slot);
  int deleted = delete_in(child, key);
  if (deleted && page->count > 0 && page_at(child)->used < PAGE_SIZE / 3) {
    join(page, slot == page->count ? slot - 1 : slot);
  }
  return deleted;
}

static int delete(uint32_t key) {
  int deleted = delete_in(root, key);
  while (page_at(root)->kind == INNER && page_at(root)->count == 0) {
    uint32_t empty = root;
    root = page_at(root)->last;
    free_page(empty);
  }
  return deleted;
}

static uint64_t scan(uint64_t sum, uint32_t from, int most) {
  struct page *page = find_leaf(from);
  for (int slot = find_slot(page, from); most > 0;) {
    if (slot < page->count) {
      sum = digest(sum, key_at(page, slot++));
      most--;
    } else if (page->last != NONE) {
      page = page_at(page->last);
      slot = 0;
    } else {
      break;
    }
  }
  return sum;
}

static void make_record(struct cell *cell, uint32_t key) {
  cell->key = key;
  cell->size = 8 + key * 7 % (LONGEST - 8);
  for (uint32_t i = 0; i < cell->size; i++) cell->record[i] = (unsigned char)(key >> i % 4 * 8 ^ i);
}

int main(int argc, char **argv) {
  static unsigned char present[KEYS];
  uint64_t state = 37, sum = DIGEST_START;
  struct cell cell;
  root = new_page(LEAF);
  for (uint32_t round = rounds(argc, argv); round > 0; round--) {
    /* Rounds that mostly insert and rounds that mostly delete. */
    uint32_t inserts = round % 2 == 0 ? 35 : 15;
    for (int i = 0; i < KEYS; i++) {
      uint32_t key = random_below(&state, KEYS), draw = random_below(&state, 100), size = 0;
      if (draw < inserts) {
        make_record(&cell, key);
        if (insert(&cell) == present[key]) fail("a key was there, or was not");
        present[key] = 1;
      } else if (draw < 50) {
        if (delete(key) != present[key]) fail("a key was not there, or was");
        present[key] = 0;
      } else if (draw < 98) {
        const unsigned char *record = look_up(key, &size);
        if ((record != NULL) != present[key]) fail("a look-up is wrong");
        if (record != NULL) sum = digest(sum, size + record[size - 1]);
      } else {
        sum = scan(sum, key, 100);
      }
    }
    sum = digest(sum, page_count);
  }
  return report(sum);
}
