/** Quantities in words. */

/** A duration, rounded. */
export function timeInWords(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** The size of a file, with one decimal at most. */
export function bytesInWords(bytes) {
  const [size, unit] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}
