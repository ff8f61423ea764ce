# The release workflow fills in the version and the sums; the lock holds the sum of every file that pip may take.
class Gateshift < Formula
  desc "Writes, validates and promotes GitOps traffic shifts with the Gateway API"
  homepage "https://github.com/gateshift/gateshift"
  url "https://github.com/gateshift/gateshift/releases/download/v@VERSION@/gateshift-@VERSION@-py3-none-any.whl",
      using: :nounzip
  sha256 "@WHEEL_SHA256@"
  license "Apache-2.0"

  depends_on "kubeconform"
  depends_on "kustomize"
  depends_on "python@3.13"

  resource "lock" do
    url "https://github.com/gateshift/gateshift/releases/download/v@VERSION@/requirements.txt"
    sha256 "@LOCK_SHA256@"
  end

  def install
    system "python3.13", "-m", "venv", libexec
    pip = [libexec/"bin/python", "-I", "-m", "pip", "--disable-pip-version-check", "install"]
    resource("lock").stage do
      system(*pip, "--require-hashes", "--only-binary=:all:", "-r", "requirements.txt")
    end
    system(*pip, "--no-deps", *Dir["*.whl"])
    bin.install_symlink libexec/"bin/gateshift"
  end

  def caveats
    "Run `gateshift tools install schemas` once: `gateshift validate` reads them from your cache."
  end

  test do
    system bin/"gateshift", "init", "shop", "--image", "v1=shop:1", "--image", "v2=shop:2"
    assert_path_exists testpath/"gateshift.yaml"
  end
end
