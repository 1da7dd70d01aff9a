/** The two letters of a model's tile. */
export function modelInitials(name: string): string {
  const letters = name.replace(/[^\p{Letter}\p{Number}]/gu, "");
  return letters.slice(0, 1).toUpperCase() + letters.slice(1, 2).toLowerCase();
}
