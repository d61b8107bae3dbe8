/**
 * The shipped image, compose file and Kubernetes manifests, tried for real where a Docker engine
 * answers.
 */
@NullMarked
package io.slotferry.system.containers;

import org.jspecify.annotations.NullMarked;
