/* replay.c: hands each file of the folders (or files) named to a fuzz target, once: the corpus as an ordinary test, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    size_t size = 0, capacity = 4096;
    uint8_t *data = malloc(capacity);
    while (data != NULL) {
        size += fread(data + size, 1, capacity - size, file);
        if (size < capacity)
            break;
        capacity *= 2;
        uint8_t *more = realloc(data, capacity);
        if (more == NULL)
            free(data);
        data = more;
    }
    int status = data != NULL && !ferror(file) ? 1 : -1;
    (void)fclose(file);
    if (status == 1) {
        /* A copy of exactly its size, so that the address sanitizer sees the first byte beyond it. */
        uint8_t *exact = malloc(size > 0 ? size : 1);
        if (exact != NULL) {
            memcpy(exact, data, size);
            (void)LLVMFuzzerTestOneInput(exact, size);
        }
        free(exact);
    }
    free(data);
    return status;
}

static int replay_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        perror(path);
        return -1;
    }
    int replayed = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[4096];
        int length = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' || length < 0 || (size_t)length >= sizeof name)
            continue;
        if (replay_file(name) < 0) {
            replayed = -1;
            break;
        }
        replayed++;
    }
    (void)closedir(folder);
    return replayed;
}

int main(int argc, char **argv)
{
    int replayed = 0;
    for (int i = 1; i < argc; i++) {
        struct stat about;
        int here = stat(argv[i], &about) == 0 && S_ISDIR(about.st_mode) ? replay_folder(argv[i]) : replay_file(argv[i]);
        if (here < 0)
            return EXIT_FAILURE;
        replayed += here;
    }
    printf("%d inputs replayed\n", replayed);
    return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
