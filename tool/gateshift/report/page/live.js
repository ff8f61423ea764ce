"use strict";
{
  let known = null;
  const look = async () => {
    try {
      const answer = await fetch("/version", { cache: "no-store" });
      const version = await answer.text();
      if (known !== null && version !== known) location.reload();
      known = version;
    } catch {
      known = "";
    }
    setTimeout(look, 1000);
  };
  look();
}
