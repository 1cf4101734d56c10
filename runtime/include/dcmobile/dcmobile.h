/* dcmobile: runs .dcmodel files.
 *
 * A .dcmodel holds one compressed network (docs/format.md). This header is the whole interface of the runtime, in C99.
 *
 * Two objects:
 *
 *   dcm_model    a loaded file: verified, decoded into its resident form, planned. Immutable once open, so any number
 * of threads may share one. dcm_context  what one run needs: an arena for the activations and the threads that share
 * the work. A context belongs to one thread at a time; two threads that run one model at once have a context each.
 *
 * Loading is where everything is checked. A file that opens is safe to run: no input makes it read or write out of
 * bounds. Loading allocates; so does dcm_context_create and dcm_context_set_batch. dcm_context_run allocates nothing.
 *
 * Processes. A child of fork() may use the models and contexts that its parent had, but for a context that another
 * thread was in a call of: of those it may do nothing but leave them alone. Threads do not survive a fork, so there a
 * context that had some runs on the caller's thread alone, with the same results; contexts that the child makes have
 * threads again.
 *
 * Errors. Every function that can fail returns a dcm_code, DCM_OK (0) on success, and takes a pointer to a dcm_error,
 * which may be NULL. On failure the text in it says what was wrong and where; on success it is left alone. Nothing is
 * printed, thrown or aborted. Out-parameters are set to NULL or 0 on failure.
 *
 * Shapes. Inputs and outputs are fp32, row-major (NCHW for pictures). A first dimension of -1 is the batch, chosen per
 * context.
 *
 * A whole program, which classifies one picture of 28 x 28 (tests compile and run it):
 *
 *   #include <dcmobile/dcmobile.h>
 *   #include <stdio.h>
 *
 *   int main(int argc, char **argv) {
 *     dcm_error error;
 *     dcm_model *model;
 *     if (argc != 2 || dcm_model_open(argv[1], NULL, &model, &error) != DCM_OK) {
 *       fprintf(stderr, "cannot open: %s\n", argc == 2 ? error.text : "usage: example FILE.dcmodel");
 *       return 1;
 *     }
 *     dcm_context *context;
 *     if (dcm_context_create(model, NULL, &context, &error) != DCM_OK) {
 *       fprintf(stderr, "cannot prepare: %s\n", error.text);
 *       dcm_model_close(model);
 *       return 1;
 *     }
 *     static float picture[28 * 28];
 *     float scores[10];
 *     const float *inputs[] = {picture};
 *     float *outputs[] = {scores};
 *     size_t input_sizes[] = {28 * 28}, output_sizes[] = {10};
 *     int code = dcm_context_run(context, inputs, input_sizes, 1, outputs, output_sizes, 1, &error);
 *     if (code == DCM_OK) {
 *       int best = 0;
 *       for (int i = 1; i < 10; ++i)
 *         if (scores[i] > scores[best]) best = i;
 *       printf("digit %d\n", best);
 *     } else {
 *       fprintf(stderr, "cannot run: %s\n", error.text);
 *     }
 *     dcm_context_destroy(context);
 *     dcm_model_close(model);
 *     return code != DCM_OK;
 *   }
 */
#ifndef DCMOBILE_DCMOBILE_H
#define DCMOBILE_DCMOBILE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DCM_API __attribute__((visibility("default")))
#else
#define DCM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What went wrong, in bands of a hundred. Python (dcmobile.errors) mirrors these numbers; a test keeps them equal.
 * Numbers are never reused or changed. */
typedef enum dcm_code {
  DCM_OK = 0,
  /* 1xx: the file */
  DCM_FILE_IO = 100,        /* cannot be opened, read or mapped */
  DCM_FILE_FORMAT = 101,    /* not a .dcmodel */
  DCM_FILE_VERSION = 102,   /* a newer format than this runtime reads */
  DCM_FILE_STRUCTURE = 103, /* truncated, or a table, offset or size does not hold */
  DCM_FILE_HUFFMAN = 104,   /* a Huffman code is over- or under-subscribed, or malformed */
  DCM_FILE_STREAM = 105,    /* a bit stream does not end where it must */
  DCM_FILE_INDEX = 106,     /* a relative index or a code leaves its range */
  DCM_FILE_CHECKSUM = 107,  /* a CRC-32C does not match */
  DCM_FILE_SIGNATURE = 108, /* not signed by dcm_options.public_key */
  /* 2xx: the graph */
  DCM_GRAPH_OPERATOR = 200,  /* an operator, encoding or type that this runtime does not know */
  DCM_GRAPH_REFERENCE = 201, /* a value or weight id out of range, or a duplicate name */
  DCM_GRAPH_SHAPE = 202,     /* shapes that do not fit each other */
  DCM_GRAPH_ATTRIBUTE = 203, /* an attribute out of its range */
  /* 3xx: the machine */
  DCM_MACHINE_MEMORY = 300,      /* out of memory */
  DCM_MACHINE_LIMIT = 301,       /* more memory than dcm_options.memory_limit allows */
  DCM_MACHINE_THREAD = 302,      /* a thread cannot be started */
  DCM_MACHINE_UNSUPPORTED = 303, /* the forced instruction set, or the check of signatures, is not there */
  /* 4xx: the caller */
  DCM_CALL_ARGUMENT = 400, /* a null pointer, a size or an option out of range */
  DCM_CALL_NAME = 401,     /* no input or output of that name */
  DCM_CALL_SHAPE = 402,    /* a buffer of the wrong size */
  DCM_CALL_VALUE = 403     /* an input value that the network cannot take, e.g. an Embedding's index out of range */
} dcm_code;

typedef struct dcm_error {
  int32_t code;   /* a dcm_code */
  char text[252]; /* UTF-8, one line, zero-terminated, cut to fit */
} dcm_error;

typedef struct dcm_model dcm_model;
typedef struct dcm_context dcm_context;

/* Calls task(argument, index) once for every index below tasks, on any threads and in any order, and returns when all
 * are done. tasks is at most dcm_options.threads. */
typedef void (*dcm_parallel_for)(void* context, uint32_t tasks, void (*task)(void* argument, uint32_t index),
                                 void* argument);

/* Fill with DCM_OPTIONS_DEFAULT, then change what you need. A NULL pointer means the defaults. */
typedef struct dcm_options {
  uint32_t struct_size;   /* sizeof(dcm_options); lets the struct grow */
  uint32_t threads;       /* threads that share decoding and a run, the caller's included; 1..64, default 1 */
  uint64_t memory_limit;  /* bytes that a model, or one context, may allocate; default 4 GiB. Whatever it is, opening a
                             model takes at most 64 MiB and 512 bytes for each byte of its file (docs/security.md) */
  uint32_t skip_checksum; /* 1: do not compare CRC-32C on load (every other check is always made) */
  uint32_t profile;       /* 1: a context measures what each operator takes; for dcm_context_op_profile */
  const char* isa;        /* "generic", "neon", "avx2" or "avx512": kernels for it; default NULL: DCM_ISA or the best */
  dcm_parallel_for parallel_for; /* the caller's threads in place of own ones, which are not started; default NULL */
  void* parallel_for_context;    /* passed to it */
  uint64_t parallel_for_wake_ns; /* what it takes if the threads sleep, nanoseconds: a run is one call that keeps them
                                  * to its end, and none if they would gain it less; default 0: each loop is a call */
  const char* device; /* where a model runs: "cpu", "vulkan" or "vulkan:N"; default NULL: DCM_DEVICE or "cpu". A context
                       * runs where its model is, unless it asks for "cpu" */
  const char* cache_directory; /* where a device's driver may keep what it compiled; "": nowhere; default NULL:
                                * dcmobile in the user's cache directory, nowhere on Android */
  /* 32 bytes of an Ed25519 key: models that its owner has not signed (dcmobile sign, docs/signing.md) are refused with
   * FILE_SIGNATURE, before anything else of them is read. Needs a build with DCMOBILE_SIGNATURES. Default NULL: any. */
  const uint8_t* public_key;
} dcm_options;

#define DCM_OPTIONS_DEFAULT \
  {(uint32_t)sizeof(dcm_options), 1u, (uint64_t)4 << 30, 0u, 0u, NULL, NULL, NULL, (uint64_t)0, NULL, NULL, NULL}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

/* Maps the file at path (UTF-8). */
DCM_API int dcm_model_open(const char* path, const dcm_options* options, dcm_model** model, dcm_error* error);

/* Maps length bytes at offset of an open file, e.g. an uncompressed asset of an APK. The offset needs no alignment. fd
 * stays the caller's and may be closed after the call. */
DCM_API int dcm_model_open_fd(int fd, uint64_t offset, uint64_t length, const dcm_options* options, dcm_model** model,
                              dcm_error* error);

/* Reads from memory, of any alignment. Nothing refers to it after the call: dense weights are copied. */
DCM_API int dcm_model_open_memory(const void* data, size_t size, const dcm_options* options, dcm_model** model,
                                  dcm_error* error);

/* Frees the model. Its contexts must be destroyed first. NULL is allowed. */
DCM_API void dcm_model_close(dcm_model* model);

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

#define DCM_MAX_RANK 8

/* An input or output, or a value between operators. */
typedef struct dcm_tensor_info {
  const char* name;           /* lives as long as the model */
  uint32_t rank;              /* 1..DCM_MAX_RANK */
  int64_t dims[DCM_MAX_RANK]; /* dims[0] is -1 where the batch is the caller's choice */
} dcm_tensor_info;

DCM_API size_t dcm_model_input_count(const dcm_model* model);
DCM_API size_t dcm_model_output_count(const dcm_model* model);
DCM_API int dcm_model_input(const dcm_model* model, size_t index, dcm_tensor_info* info, dcm_error* error);
DCM_API int dcm_model_output(const dcm_model* model, size_t index, dcm_tensor_info* info, dcm_error* error);

/* Index of the input or output of that name. */
DCM_API int dcm_model_find_input(const dcm_model* model, const char* name, size_t* index, dcm_error* error);
DCM_API int dcm_model_find_output(const dcm_model* model, const char* name, size_t* index, dcm_error* error);

/* What the file says of itself (docs/format.md, 7). Texts are UTF-8 and live as long as the model. Labels name the
 * classes, in order of the elements of the first output's last axis; there may be none. Keys of the metadata's entries
 * are unique. */
DCM_API size_t dcm_model_label_count(const dcm_model* model);
DCM_API int dcm_model_label(const dcm_model* model, size_t index, const char** label, dcm_error* error);
DCM_API size_t dcm_model_metadata_count(const dcm_model* model);
DCM_API int dcm_model_metadata(const dcm_model* model, size_t index, const char** key, const char** value,
                               dcm_error* error);

/* One operator of the plan, in order of execution. */
typedef struct dcm_op_info {
  const char* name;      /* module path in the user's model, "" if the file does not say */
  const char* type;      /* "Linear", "Conv2d", ... as in the schema */
  const char* kernel;    /* the kernel that the plan picked, e.g. "linear_sparse_generic" */
  const char* reason;    /* why, in a few words */
  uint64_t macs;         /* multiply-accumulates a sample, zero weights not counted */
  uint32_t outputs;      /* values that it makes: 3 for Lstm, 2 for Gru, else 1 */
  uint64_t weight_bytes; /* memory of its weights and of what the kernel prepared from them */
  double expected_ns;    /* what the cost model expects of the kernel, a sample on one core; 0 where it says nothing */
  const char* other_kernel; /* the next best kernel by that model, NULL if there is none */
  double other_ns;          /* what is expected of that */
} dcm_op_info;

DCM_API size_t dcm_model_op_count(const dcm_model* model);
DCM_API int dcm_model_op(const dcm_model* model, size_t index, dcm_op_info* info, dcm_error* error);

/* A value that operator `op` makes: output 0 .. outputs - 1, in the order of docs/format.md. The name is the
 * operator's. dims[0] is -1 where the value has the batch; values made of constants alone have none. */
DCM_API int dcm_model_op_output(const dcm_model* model, size_t op, size_t output, dcm_tensor_info* info,
                                dcm_error* error);

/* 1 if the values of the first output are probabilities: a Softmax or a Sigmoid makes it, or an operator that applies
 * one last (docs/format.md, section 7.2). 0 if they are scores, or no classes at all; 0 for NULL. */
DCM_API int dcm_model_gives_probabilities(const dcm_model* model);

/* Where the time of loading went, in nanoseconds, and what stays in memory, in bytes. */
typedef struct dcm_load_info {
  uint64_t map_ns, verify_ns, decode_ns, plan_ns;
  uint64_t file_bytes, weight_bytes;
} dcm_load_info;

DCM_API void dcm_model_load_info(const dcm_model* model, dcm_load_info* info);

/* ---- Devices ----------------------------------------------------------------------------------------------------- */

/* A device that dcm_options.device can name. */
typedef struct dcm_device_info {
  char id[16];                   /* "cpu", "vulkan:0", "vulkan:1", ... */
  char name[256];                /* as its driver says; for the CPU the instruction set */
  char kind[24];                 /* "CPU", "integrated GPU", "discrete GPU", "virtual GPU" or "other" */
  char driver[256];              /* "" if it does not say */
  char features[128];            /* optional ones that are used: "subgroup arithmetic, 8-bit and 16-bit storage" */
  uint32_t api_major, api_minor; /* of Vulkan; 0 for the CPU, as is all that follows */
  uint64_t memory_bytes;         /* of its largest memory */
  uint64_t storage_range;        /* bytes that a shader can be given at once */
  uint32_t workgroup_size;       /* most invocations of a workgroup, a power of two */
  uint32_t shared_bytes;         /* memory that a workgroup shares */
  uint32_t subgroup_size;
} dcm_device_info;

/* How many devices there are: the CPU, which is the first, and those with Vulkan 1.1, real GPUs before others. "vulkan"
 * is the first of these. Asks the drivers each time. */
DCM_API size_t dcm_device_count(void);
DCM_API int dcm_device(size_t index, dcm_device_info* info, dcm_error* error);

/* Where a model or a context runs. A device that is not there, computes wrongly (its shaders are compared with the CPU
 * when they are first used), has no memory left or is lost is no error: the CPU does it all from then on, and
 * `fallback` says why. Operators without a shader run on the CPU too. */
typedef struct dcm_device_report {
  char device[16];           /* "cpu", or the device that was asked for */
  char name[256];            /* the device's name; "" for the CPU */
  char fallback[252];        /* why the CPU does it all although a device was asked for; "" if it does not */
  uint32_t ops, ops_placed;  /* operators that have something to compute; those that run on the device */
  uint64_t weight_bytes;     /* of the device's memory: the model's weights, */
  uint64_t activation_bytes; /* and a context's activations at its present batch */
  uint64_t open_ns;          /* time of opening the device and filling its memory, */
  uint64_t compile_ns; /* of its driver's making the shaders ready, little where an earlier start has left them, */
  uint64_t check_ns;   /* and of checking those that no earlier start has checked */
} dcm_device_report;

DCM_API int dcm_model_device(const dcm_model* model, dcm_device_report* report, dcm_error* error);
DCM_API int dcm_context_device(const dcm_context* context, dcm_device_report* report, dcm_error* error);

/* Where one operator of the plan runs. Texts live as long as the model. */
typedef struct dcm_op_placement {
  const char* device; /* "cpu" or "vulkan" */
  const char* kernel; /* on the CPU as dcm_op_info says; else the shader, the first if there are several */
  const char* reason; /* why it runs on the CPU although the model is on a device; else "" */
} dcm_op_placement;

DCM_API int dcm_model_op_placement(const dcm_model* model, size_t op, dcm_op_placement* placement, dcm_error* error);

/* ---- Running ----------------------------------------------------------------------------------------------------- */

/* A context for batch 1. options->threads and memory_limit apply; NULL takes the defaults. */
DCM_API int dcm_context_create(const dcm_model* model, const dcm_options* options, dcm_context** context,
                               dcm_error* error);

/* Frees the context. NULL is allowed. */
DCM_API void dcm_context_destroy(dcm_context* context);

/* Sizes the arena for a batch (1 and up). A batch other than 1 is an error if the model's inputs have no batch
 * dimension. On failure the context keeps its old batch. */
DCM_API int dcm_context_set_batch(dcm_context* context, uint32_t batch, dcm_error* error);

/* Bytes of the arena at the present batch. */
DCM_API uint64_t dcm_context_arena_bytes(const dcm_context* context);

/* Runs the network once over the context's batch. inputs[i] points to input_sizes[i] floats, outputs[i] has room for
 * output_sizes[i] floats; both sizes must be exact. Inputs are read in place and must not overlap the outputs. After
 * a failure what the outputs hold is not specified. */
DCM_API int dcm_context_run(dcm_context* context, const float* const* inputs, const size_t* input_sizes,
                            size_t input_count, float* const* outputs, const size_t* output_sizes, size_t output_count,
                            dcm_error* error);

/* Time that one operator took in the runs of a context, in nanoseconds, over the whole batch. A run that failed does
 * not count. */
typedef struct dcm_op_profile {
  uint64_t runs;     /* since the context was made, or since dcm_context_reset_profile */
  uint64_t last_ns;  /* the last run */
  uint64_t min_ns;   /* the fastest run */
  uint64_t total_ns; /* all runs */
} dcm_op_profile;

/* What operator `op` of the plan took. The context must have been made with options->profile = 1, which reads the clock
 * once an operator and run; without it nothing is measured, at no cost, and this is a CALL_ARGUMENT. */
DCM_API int dcm_context_op_profile(const dcm_context* context, size_t op, dcm_op_profile* profile, dcm_error* error);

/* Forgets the runs so far, e.g. those of a warm-up. Does nothing without a profile. */
DCM_API void dcm_context_reset_profile(dcm_context* context);

/* ---- Sharing threads --------------------------------------------------------------------------------------------- */

/* Threads that any number of models and contexts share, in place of some for each:
 *
 *   dcm_pool *pool;
 *   dcm_pool_create(4, &pool, &error);
 *   options.threads = 4;
 *   options.parallel_for = dcm_pool_parallel_for;
 *   options.parallel_for_context = pool;
 *
 * Contexts of one pool may run at the same time on threads of the caller: the pool works for one of them, the others do
 * their work on the caller's thread meanwhile. Results are the same in any case. */
typedef struct dcm_pool dcm_pool;

/* threads: 1..64, the caller's included. MACHINE_THREAD if the system refuses to start one. */
DCM_API int dcm_pool_create(uint32_t threads, dcm_pool** pool, dcm_error* error);

/* Ends the threads. Contexts that use the pool must be destroyed first. NULL is allowed. */
DCM_API void dcm_pool_destroy(dcm_pool* pool);

/* For dcm_options.parallel_for; pool is a dcm_pool. */
DCM_API void dcm_pool_parallel_for(void* pool, uint32_t tasks, void (*task)(void* argument, uint32_t index),
                                   void* argument);

/* ---- The library ------------------------------------------------------------------------------------------------- */

/* "0.1.0" */
DCM_API const char* dcm_version(void);

/* The highest format version that this runtime reads. */
DCM_API uint32_t dcm_format_version(void);

/* The name of a code, e.g. "FILE_CHECKSUM"; "UNKNOWN" for a number that is none. */
DCM_API const char* dcm_code_name(int code);

#ifdef __cplusplus
}
#endif

#endif
