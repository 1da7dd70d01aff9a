import type { OwnVault } from "../vault/own-vault";
import type { LiveGeneration } from "../wire/live-generation";
import type { Snapshot } from "../wire/snapshot";
import type { DataSource } from "./data-source";

/** What the popup needs beside the common facts. */
export interface PopupSource extends DataSource {
  snapshot(): Promise<Snapshot>;
  connect(): Promise<void>;
  setPaused(paused: boolean): Promise<void>;
  favourites(): Promise<ReadonlySet<string>>;
  setFavourites(ids: ReadonlySet<string>): Promise<void>;
  /** Where a locked vault is unlocked. */
  vaultDoor: OwnVault;
  openSettings(): void;
  /** Hears that something changed, with what runs now; returns how to stop hearing. */
  watch(listener: (live: readonly LiveGeneration[]) => void): () => void;
}
