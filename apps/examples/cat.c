/* A pipe over the network in C: standard input goes into a stream of a link, what comes out of it to standard output.
 *
 *   example_cat listen CONFIG_DIRECTORY NAME     prints its address on standard error, and serves the first link
 *   example_cat connect CONFIG_DIRECTORY HASH
 *
 * One poll() waits for local input and for what the node has to tell. The initiator writes stream 0 and reads stream 1.
 */
#include <plexus.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE 30000 /* ms */

static int failed(const char *what, int code) {
  fprintf(stderr, "%s: %s (%s)\n", what, plexus_strerror(code), plexus_last_error());
  return 1;
}

static int write_all(const uint8_t *data, size_t size) {
  while (size > 0) {
    const ssize_t written = write(STDOUT_FILENO, data, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return -1;
    data += written;
    size -= (size_t)written;
  }
  return 0;
}

/* What the node tells. 1: the far side's stream has ended; 2: the link is gone. */
static int take_events(plexus_node *node, int *ended) {
  plexus_event *event;
  while ((event = plexus_next_event(node)) != NULL) {
    size_t size = 0;
    const uint8_t *data = plexus_event_data(event, &size);
    switch (plexus_event_type(event)) {
      case PLEXUS_EVENT_STREAM:
        if (size == 0)
          *ended |= 1;
        else if (write_all(data, size) != 0)
          *ended |= 2;
        break;
      case PLEXUS_EVENT_LINK_CLOSED:
        *ended |= 2;
        break;
      default:
        break;
    }
    plexus_event_free(event);
  }
  return *ended;
}

static int pump(plexus_node *node, plexus_link *link, uint16_t reads, uint16_t writes) {
  struct pollfd watched[2] = {{plexus_event_fd(node), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  char piece[16384];
  int input_open = 1, ended = 0, code;
  if ((code = plexus_link_open_channel(link, PATIENCE)) != PLEXUS_OK)
    return failed("channel", code);
  if ((code = plexus_link_read_stream(link, reads)) != PLEXUS_OK)
    return failed("stream", code);
  while (!(ended & 2) && (input_open || !ended)) {
    if (poll(watched, input_open ? 2 : 1, -1) < 0 && errno != EINTR)
      return 1;
    if (input_open && watched[1].revents) {
      const ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
      if (got > 0) {
        code = plexus_link_write_stream(link, writes, piece, (size_t)got, -1);
      } else {
        input_open = 0;
        code = plexus_link_end_stream(link, writes, -1);
      }
      if (code != PLEXUS_OK)
        break;
    }
    take_events(node, &ended);
  }
  return 0;
}

static plexus_link *first_link(plexus_node *node) {
  for (;;) {
    plexus_event *event = plexus_wait_event(node, -1);
    plexus_link *link = event && plexus_event_type(event) == PLEXUS_EVENT_LINK ? plexus_event_link(event) : NULL;
    plexus_event_free(event);
    if (link)
      return link;
  }
}

static int listen_as(plexus_node *node, const char *name) {
  plexus_destination_options options = {0};
  uint8_t hash[PLEXUS_ADDRESS_SIZE];
  plexus_link *link;
  int code, i;
  options.name = name;
  if ((code = plexus_destination_add(node, &options, hash)) != PLEXUS_OK)
    return failed("destination", code);
  plexus_destination_announce(node, hash, NULL, 0);
  fprintf(stderr, "serving ");
  for (i = 0; i < PLEXUS_ADDRESS_SIZE; ++i)
    fprintf(stderr, "%02x", hash[i]);
  fprintf(stderr, "\n");
  link = first_link(node);
  code = pump(node, link, 0, 1);
  plexus_link_free(link);
  return code;
}

static int connect_to(plexus_node *node, const char *hex) {
  uint8_t hash[PLEXUS_ADDRESS_SIZE];
  plexus_link *link;
  int code, i;
  if (strlen(hex) != 2 * PLEXUS_ADDRESS_SIZE)
    return failed("hash", PLEXUS_ERR_ARGUMENT);
  for (i = 0; i < PLEXUS_ADDRESS_SIZE; ++i) {
    unsigned octet;
    if (sscanf(hex + 2 * i, "%2x", &octet) != 1)
      return failed("hash", PLEXUS_ERR_ARGUMENT);
    hash[i] = (uint8_t)octet;
  }
  if ((code = plexus_connect(node, hash, PATIENCE, &link)) != PLEXUS_OK)
    return failed("link", code);
  code = pump(node, link, 1, 0);
  plexus_link_close(link);
  plexus_link_free(link);
  return code;
}

int main(int argc, char **argv) {
  plexus_options *options;
  plexus_node *node;
  int code;
  if (argc != 4 || (strcmp(argv[1], "listen") != 0 && strcmp(argv[1], "connect") != 0)) {
    fprintf(stderr, "usage: %s listen CONFIG_DIRECTORY NAME\n       %s connect CONFIG_DIRECTORY HASH\n", argv[0],
            argv[0]);
    return 2;
  }
  options = plexus_options_new();
  plexus_options_directory(options, argv[2]);
  code = plexus_node_start(options, &node);
  plexus_options_free(options);
  if (code != PLEXUS_OK)
    return failed("node", code);
  code = strcmp(argv[1], "listen") == 0 ? listen_as(node, argv[3]) : connect_to(node, argv[3]);
  plexus_node_free(node);
  return code;
}
