import type { VaultDoor } from "../vault/vault-door";
import { Icon } from "./icon";
import { t } from "./t";
import { useLoaded } from "./use-loaded";
import { VaultUnlockForm } from "./vault-unlock-form";

/** What the popup shows while the vault is locked for this extension: one thing to do. Nothing otherwise. */
export function VaultCard({ door, onUnlocked }: { door: VaultDoor; onUnlocked(): void }) {
  const { value, reload } = useLoaded(() => door.vault());
  if (value === null || value.mode !== "locked" || value.unlocked) return null;
  return (
    <section class="card pad3 stack s3" aria-labelledby="vault-title">
      <div class="row g3">
        <span class="vmark locked">
          <Icon name="lock" />
        </span>
        <div class="grow">
          <h2 class="h3 t13" id="vault-title">
            {t("vault_title")}
          </h2>
          <p class="t12 m2">{t("vault_why")}</p>
        </div>
      </div>
      <VaultUnlockForm
        door={door}
        state={value}
        onUnlocked={() => {
          reload();
          onUnlocked();
        }}
      />
    </section>
  );
}
