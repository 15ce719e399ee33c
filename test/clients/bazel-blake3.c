// Debian builds Bazel with the Java half of its BLAKE3 support and without the native half. This is the native half, over
// Debian's libblake3; Bazel finds it when its JVM is started with -agentpath:THIS.so and then knows --digest_function=blake3.
#include <blake3.h>
#include <jni.h>

#define NATIVE(type, name) \
  JNIEXPORT type JNICALL Java_com_google_devtools_build_lib_vfs_bazel_Blake3MessageDigest_##name

// An agent only has to load: the JVM looks in agents for native methods that no other library has.
JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *options, void *reserved) { return JNI_OK; }

// The hasher's state lives in a Java byte array, which Java copies to start afresh.
NATIVE(jint, hasher_1size)(JNIEnv *env, jclass type) { return sizeof(blake3_hasher); }

NATIVE(void, initialize_1hasher)(JNIEnv *env, jclass type, jbyteArray state) {
  blake3_hasher hasher;
  blake3_hasher_init(&hasher);
  (*env)->SetByteArrayRegion(env, state, 0, sizeof hasher, (const jbyte *)&hasher);
}

NATIVE(void, blake3_1hasher_1update)
(JNIEnv *env, jclass type, jbyteArray state, jbyteArray input, jint offset, jint length) {
  blake3_hasher *hasher = (*env)->GetPrimitiveArrayCritical(env, state, NULL);
  jbyte *bytes = (*env)->GetPrimitiveArrayCritical(env, input, NULL);
  if (hasher != NULL && bytes != NULL) blake3_hasher_update(hasher, bytes + offset, length);
  if (bytes != NULL) (*env)->ReleasePrimitiveArrayCritical(env, input, bytes, JNI_ABORT);
  if (hasher != NULL) (*env)->ReleasePrimitiveArrayCritical(env, state, hasher, 0);
}

NATIVE(void, blake3_1hasher_1finalize)
(JNIEnv *env, jclass type, jbyteArray state, jbyteArray output, jint length) {
  blake3_hasher hasher;
  uint8_t digest[BLAKE3_OUT_LEN];
  if (length > BLAKE3_OUT_LEN) length = BLAKE3_OUT_LEN;
  (*env)->GetByteArrayRegion(env, state, 0, sizeof hasher, (jbyte *)&hasher);
  blake3_hasher_finalize(&hasher, digest, length);
  (*env)->SetByteArrayRegion(env, output, 0, length, (const jbyte *)digest);
}
