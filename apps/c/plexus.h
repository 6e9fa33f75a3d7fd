/* Plexus for C: a Reticulum node inside a program.
 *
 *   Handles     are opaque; each has a function that frees it, and freeing NULL does nothing.
 *   Results     are 0 (PLEXUS_OK) or a negative code; plexus_strerror() names it, plexus_last_error() tells the calling
 *               thread more about its last failure.
 *   Octets      are pointer and length. Functions that give octets back take a buffer, its size in *len, and set *len to
 *               the length: with too little room, or a null buffer, they write nothing and return PLEXUS_ERR_SPACE.
 *   Values      of requests, responses and metadata are MessagePack; null with length 0 is nil.
 *   Events      wait in a queue: plexus_event_fd() is readable while there are any. Add it to your poll() or select().
 *   Operations  that end later are given a token, and end with an event that carries it.
 *   Threads     may share a node and its handles; events are taken by one thread at a time. A handle is not freed while
 *               another thread uses it. Functions with a time-out in milliseconds block so long at most; below 0 means
 *               for ever.
 *
 * Nothing is thrown across these functions.
 */
#ifndef PLEXUS_H
#define PLEXUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLEXUS_ADDRESS_SIZE 16 /* destinations, links, identities */
#define PLEXUS_KEY_SIZE 64     /* X25519 and Ed25519, 32 octets each, public or private */
#define PLEXUS_SIGNATURE_SIZE 64

typedef struct plexus_options plexus_options;
typedef struct plexus_node plexus_node;
typedef struct plexus_identity plexus_identity;
typedef struct plexus_link plexus_link;
typedef struct plexus_event plexus_event;
/* Names an operation within its node; 0 is none. */
typedef uint64_t plexus_token;

enum plexus_code {
  PLEXUS_OK = 0,
  PLEXUS_ERR_STOPPED = -1,
  PLEXUS_ERR_ARGUMENT = -2,
  PLEXUS_ERR_START = -3,
  PLEXUS_ERR_EXISTS = -4,
  PLEXUS_ERR_NO_PATH = -5,
  PLEXUS_ERR_TIMEOUT = -6,
  PLEXUS_ERR_UNDELIVERED = -7,
  PLEXUS_ERR_LINK_CLOSED = -8,
  PLEXUS_ERR_NOT_ACTIVE = -9,
  PLEXUS_ERR_TOO_LARGE = -10,
  PLEXUS_ERR_TOO_MANY = -11,
  PLEXUS_ERR_NOT_INITIATOR = -12,
  PLEXUS_ERR_UNKNOWN = -13,
  PLEXUS_ERR_BUSY = -14,
  PLEXUS_ERR_REJECTED = -15,
  PLEXUS_ERR_FAILED = -16,
  PLEXUS_ERR_CORRUPT = -17,
  PLEXUS_ERR_FILE = -18,
  PLEXUS_ERR_SPACE = -100,   /* the buffer is too small */
  PLEXUS_ERR_CRYPTO = -101,  /* no private key, or it does not decrypt */
  PLEXUS_ERR_INTERNAL = -127 /* should not happen; the node should be freed */
};

const char *plexus_version(void);
/* Static, never null. */
const char *plexus_strerror(int code);
/* Valid until the thread's next call; empty without a failure. */
const char *plexus_last_error(void);

/* --- identities */

plexus_identity *plexus_identity_new(void);
/* A file of 64 octets, as the reference writes it. Null on failure. */
plexus_identity *plexus_identity_load(const char *file);
plexus_identity *plexus_identity_from_private(const uint8_t key[PLEXUS_KEY_SIZE]);
/* Can verify and encrypt. */
plexus_identity *plexus_identity_from_public(const uint8_t key[PLEXUS_KEY_SIZE]);
int plexus_identity_save(const plexus_identity *identity, const char *file);
void plexus_identity_hash(const plexus_identity *identity, uint8_t hash[PLEXUS_ADDRESS_SIZE]);
void plexus_identity_public_key(const plexus_identity *identity, uint8_t key[PLEXUS_KEY_SIZE]);
int plexus_identity_private_key(const plexus_identity *identity, uint8_t key[PLEXUS_KEY_SIZE]);
int plexus_identity_sign(const plexus_identity *identity, const void *message, size_t size,
                         uint8_t signature[PLEXUS_SIGNATURE_SIZE]);
/* 1 if it is good, else 0. */
int plexus_identity_verify(const plexus_identity *identity, const void *message, size_t size,
                           const uint8_t signature[PLEXUS_SIGNATURE_SIZE]);
int plexus_identity_encrypt(const plexus_identity *identity, const void *plaintext, size_t size, uint8_t *buffer,
                            size_t *len);
int plexus_identity_decrypt(const plexus_identity *identity, const void *message, size_t size, uint8_t *buffer,
                            size_t *len);
void plexus_identity_free(plexus_identity *identity);

/* --- nodes */

enum plexus_role {
  PLEXUS_ROLE_AUTOMATIC = 0, /* a program on the configuration's shared instance if one runs, else a node of its own */
  PLEXUS_ROLE_OWN = 1,
  PLEXUS_ROLE_CLIENT = 2
};

plexus_options *plexus_options_new(void);
/* Reticulum's configuration directory; what follows is for nodes without one. */
int plexus_options_directory(plexus_options *options, const char *directory);
int plexus_options_role(plexus_options *options, enum plexus_role role);
/* A key of the [reticulum] section: "instance_name", "enable_transport", ... */
int plexus_options_set(plexus_options *options, const char *key, const char *value);
int plexus_options_add_tcp_server(plexus_options *options, const char *name, const char *host, uint16_t port);
int plexus_options_add_tcp_client(plexus_options *options, const char *name, const char *host, uint16_t port);
/* Any interface: `keys` is "key = value" lines as in a configuration file. */
int plexus_options_add_interface(plexus_options *options, const char *name, const char *type, const char *keys);
/* Events that may wait before announces, packets and progress are dropped (4096). */
int plexus_options_event_capacity(plexus_options *options, size_t capacity);
/* 0 critical ... 8; on standard error (2). */
int plexus_options_log_level(plexus_options *options, int level);
void plexus_options_free(plexus_options *options);

int plexus_node_start(const plexus_options *options, plexus_node **node);
int plexus_node_on_shared_instance(const plexus_node *node);
/* Closes links; what is under way ends with PLEXUS_ERR_STOPPED. */
void plexus_node_stop(plexus_node *node);
/* Stops it. Take the event descriptor out of your loop before. */
void plexus_node_free(plexus_node *node);

/* --- destinations */

enum plexus_destination_type { PLEXUS_SINGLE = 0, PLEXUS_GROUP = 1, PLEXUS_PLAIN = 2 };
enum plexus_proofs { PLEXUS_PROVE_NONE = 0x21, PLEXUS_PROVE_APP = 0x22, PLEXUS_PROVE_ALL = 0x23 };
enum plexus_allow { PLEXUS_ALLOW_NONE = 0, PLEXUS_ALLOW_ALL = 1, PLEXUS_ALLOW_LIST = 2 };

typedef struct plexus_destination_options {
  const char *name; /* dotted: "app.aspect.aspect" */
  enum plexus_destination_type type;
  const plexus_identity *identity; /* null: a new one; for PLAIN none */
  const uint8_t *group_key;        /* 64 octets, for GROUP */
  enum plexus_proofs proofs;       /* 0: PLEXUS_PROVE_NONE */
  int refuses_links;
  const void *app_data; /* of announces that bring none */
  size_t app_data_size;
  const char *ratchets; /* file; "" keeps them in memory; null: none */
  int ratchets_enforced;
} plexus_destination_options;

int plexus_destination_add(plexus_node *node, const plexus_destination_options *options,
                           uint8_t hash[PLEXUS_ADDRESS_SIZE]);
int plexus_destination_announce(plexus_node *node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], const void *app_data,
                                size_t size);
/* Requests for the path come as PLEXUS_EVENT_REQUEST. `allowed`: hashes of identities, for PLEXUS_ALLOW_LIST. */
int plexus_destination_allow(plexus_node *node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], const char *path,
                             enum plexus_allow allow, const uint8_t (*allowed)[PLEXUS_ADDRESS_SIZE], size_t count);
int plexus_destination_close(plexus_node *node, const uint8_t hash[PLEXUS_ADDRESS_SIZE]);

/* From now on announces come as PLEXUS_EVENT_ANNOUNCE; of this dotted name, or of all (null). */
int plexus_watch_announces(plexus_node *node, const char *name);
/* Waits for a path, asking the network for one. `hops` may be null. */
int plexus_find(plexus_node *node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], int timeout_ms, int *hops);
/* A single packet. Ends with PLEXUS_EVENT_DELIVERED or PLEXUS_EVENT_FAILED. The path is looked for if need be. */
int plexus_send(plexus_node *node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], const void *data, size_t size,
                plexus_token *token);
int plexus_send_plain(plexus_node *node, const char *name, const void *data, size_t size);

/* --- links */

int plexus_connect(plexus_node *node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], int timeout_ms, plexus_link **link);
void plexus_link_id(const plexus_link *link, uint8_t id[PLEXUS_ADDRESS_SIZE]);
/* Octets of the largest packet. */
size_t plexus_link_mdu(const plexus_link *link);
double plexus_link_rtt(const plexus_link *link); /* seconds */
int plexus_link_identify(plexus_link *link, const plexus_identity *identity, int timeout_ms);
/* One packet. Ends with PLEXUS_EVENT_DELIVERED or PLEXUS_EVENT_FAILED. */
int plexus_link_send(plexus_link *link, const void *data, size_t size, plexus_token *token);
/* Ends with PLEXUS_EVENT_RESPONSE or PLEXUS_EVENT_FAILED. `file`: where the content of a file response is to be written,
 * or null. Time-out 0: by the link's round trip. */
int plexus_link_ask(plexus_link *link, const char *path, const void *value, size_t size, const char *file,
                    int timeout_ms, plexus_token *token);
/* A resource. Progress comes as PLEXUS_EVENT_PROGRESS; ends with PLEXUS_EVENT_DELIVERED or PLEXUS_EVENT_FAILED. */
int plexus_link_send_resource(plexus_link *link, const void *data, size_t size, const void *metadata,
                              size_t metadata_size, plexus_token *token);
int plexus_link_send_file(plexus_link *link, const char *file, const void *metadata, size_t metadata_size,
                          plexus_token *token);
/* Opens the channel; messages come as PLEXUS_EVENT_MESSAGE. */
int plexus_link_open_channel(plexus_link *link, int timeout_ms);
/* Waits for room. Types from 0xf000 belong to the protocol. */
int plexus_link_send_message(plexus_link *link, uint16_t type, const void *data, size_t size, int timeout_ms);
/* From now on the stream comes as PLEXUS_EVENT_STREAM. Requires an open channel. */
int plexus_link_read_stream(plexus_link *link, uint16_t stream);
/* Waits for room. */
int plexus_link_write_stream(plexus_link *link, uint16_t stream, const void *data, size_t size, int timeout_ms);
/* Waits until the far side has proved all of it. */
int plexus_link_end_stream(plexus_link *link, uint16_t stream, int timeout_ms);
void plexus_link_close(plexus_link *link);
/* The link itself goes on until it is closed. */
void plexus_link_free(plexus_link *link);

/* --- events */

enum plexus_event_type {
  PLEXUS_EVENT_ANNOUNCE = 1,    /* address, data: application data, hops */
  PLEXUS_EVENT_PACKET = 2,      /* address, data, hops; see plexus_event_prove */
  PLEXUS_EVENT_LINK = 3,        /* a link to a destination of ours: link, address */
  PLEXUS_EVENT_LINK_CLOSED = 4, /* link */
  PLEXUS_EVENT_LINK_PACKET = 5, /* link, data */
  PLEXUS_EVENT_IDENTIFIED = 6,  /* link, address: the identity's hash */
  PLEXUS_EVENT_REQUEST = 7,     /* link, text: path, data: value, address: who asks, zero if unknown; plexus_respond */
  PLEXUS_EVENT_RESPONSE = 8,    /* token, data: value, or content of a file; metadata */
  PLEXUS_EVENT_RESOURCE = 9,    /* link, size: somebody offers it; plexus_accept */
  PLEXUS_EVENT_PROGRESS = 10,   /* token, progress */
  PLEXUS_EVENT_RECEIVED = 11,   /* token: a resource is complete; data unless it went to a file, metadata */
  PLEXUS_EVENT_MESSAGE = 12,    /* link, number: type, data */
  PLEXUS_EVENT_STREAM = 13,     /* link, number: stream, data; empty at its end */
  PLEXUS_EVENT_DELIVERED = 14,  /* token, progress: seconds that it took, where known */
  PLEXUS_EVENT_FAILED = 15,     /* token, code */
  PLEXUS_EVENT_OVERFLOW = 16    /* size: events dropped since the last one */
};

/* Readable while events wait. The node owns it. */
int plexus_event_fd(const plexus_node *node);
/* The next event, or null if there is none. */
plexus_event *plexus_next_event(plexus_node *node);
plexus_event *plexus_wait_event(plexus_node *node, int timeout_ms);
enum plexus_event_type plexus_event_type(const plexus_event *event);
plexus_token plexus_event_token(const plexus_event *event);
void plexus_event_address(const plexus_event *event, uint8_t hash[PLEXUS_ADDRESS_SIZE]);
/* Valid as long as the event; never null. */
const uint8_t *plexus_event_data(const plexus_event *event, size_t *size);
const uint8_t *plexus_event_metadata(const plexus_event *event, size_t *size);
const char *plexus_event_text(const plexus_event *event);
uint16_t plexus_event_number(const plexus_event *event);
uint64_t plexus_event_size(const plexus_event *event);
int plexus_event_hops(const plexus_event *event);
double plexus_event_progress(const plexus_event *event);
int plexus_event_code(const plexus_event *event);
/* A handle of its own, to be freed; null for events of no link. */
plexus_link *plexus_event_link(const plexus_event *event);
void plexus_event_free(plexus_event *event);

/* Proves a packet of a destination with PLEXUS_PROVE_APP. */
int plexus_event_prove(const plexus_event *event);
/* Answers a request. `token` may be null. */
int plexus_respond(const plexus_event *event, const void *value, size_t size, plexus_token *token);
int plexus_respond_file(const plexus_event *event, const char *file, const void *metadata, size_t metadata_size,
                        plexus_token *token);
/* Takes an offered resource, into a file or, with null, into memory. Ends with PLEXUS_EVENT_RECEIVED or
 * PLEXUS_EVENT_FAILED. */
int plexus_accept(const plexus_event *event, const char *file, plexus_token *token);
int plexus_reject(const plexus_event *event);

#ifdef __cplusplus
}
#endif

#endif
