/** The mark: a satchel from the front. */
export function Logo({ size }: { size: number }) {
  return (
    <svg class="logo" aria-hidden="true" width={size} height={size} viewBox="0 0 24 24">
      <path class="strap" d="M8 7.5V6.6A3.6 3.6 0 0 1 11.6 3h.8A3.6 3.6 0 0 1 16 6.6v.9" />
      <path
        class="body"
        d="M5 6.5h14a4 4 0 0 1 4 4c0 2.9-3.7 4.7-8.5 5.2a2.6 2.6 0 0 0-5 0C4.7 15.2 1 13.4 1 10.5a4 4 0 0 1 4-4z"
      />
      <path
        class="body"
        d="M1 14.2c1.9 1.8 4.9 2.9 8.4 3.3a2.65 2.65 0 0 0 5.2 0c3.5-.4 6.5-1.5 8.4-3.3V18a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4z"
      />
      <circle class="buckle" cx="12" cy="16.7" r="1.6" />
    </svg>
  );
}
