# Installs hotfix @VERSION@ for this user, under both of its names, below %LOCALAPPDATA%\hotfix or what
# HOTFIX_PREFIX says, and adds that directory to the user's PATH.
#   irm @URL@/install.ps1 | iex
$ErrorActionPreference = 'Stop'
$version = '@VERSION@'
$url = if ($env:HOTFIX_DOWNLOAD) { $env:HOTFIX_DOWNLOAD } else { '@URL@' }
$prefix = if ($env:HOTFIX_PREFIX) { $env:HOTFIX_PREFIX } else { Join-Path $env:LOCALAPPDATA 'hotfix' }
$name = "git-hotfix-$version-x86_64-pc-windows-gnu"
$room = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $room | Out-Null
try {
    [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
    foreach ($file in @('SHA256SUMS', "$name.zip")) {
        Invoke-WebRequest -UseBasicParsing -Uri "$url/$file" -OutFile (Join-Path $room $file)
    }
    $line = Get-Content (Join-Path $room 'SHA256SUMS') | Where-Object { $_ -match " [ *]$([regex]::Escape("$name.zip"))$" }
    if (-not $line) { throw "SHA256SUMS does not name $name.zip; nothing was installed" }
    $wanted = ($line -split ' ')[0]
    $got = (Get-FileHash -Algorithm SHA256 (Join-Path $room "$name.zip")).Hash.ToLowerInvariant()
    if ($got -ne $wanted) { throw "$name.zip is damaged: its SHA-256 is $got and should be $wanted; nothing was installed" }
    Expand-Archive -Path (Join-Path $room "$name.zip") -DestinationPath $room
    $bin = Join-Path $prefix 'bin'
    New-Item -ItemType Directory -Force -Path $bin | Out-Null
    Copy-Item -Force (Join-Path $room "$name\hotfix.exe") $bin
    Copy-Item -Force (Join-Path $room "$name\git-hotfix.exe") $bin
    $path = [Environment]::GetEnvironmentVariable('Path', 'User')
    if (($path -split ';') -notcontains $bin) {
        [Environment]::SetEnvironmentVariable('Path', "$path;$bin".TrimStart(';'), 'User')
        Write-Output "added to your PATH, for new windows: $bin"
    }
    Write-Output "installed: $bin\hotfix.exe ($version), and git hotfix"
    Write-Output 'next: hotfix drill'
} finally {
    Remove-Item -Recurse -Force $room
}
